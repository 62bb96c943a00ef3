"""Times that people type: none ends in a stack trace, whatever the year."""

from datetime import datetime

import pytest
from click.testing import CliRunner

from landing_door import Door
from product_health.cli import main
from product_health.times import typed_time
from scratch import refused

BEYOND = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:00:00-14:00",
    "0005-01-01",
    "1969-12-31T23:59:59",
    "9999-01-01",
)
NONE = ("", "-5", "99999-01-01", "2026-13-01", "yesterday", "1e9")


@pytest.mark.parametrize("text", [*BEYOND, *NONE])
@pytest.mark.usefixtures("door")
def test_a_publication_out_of_time(text: str) -> None:
    said = refused(CliRunner().invoke(main, ["publish", f"--now={text}"]))
    why = "is not of the years 1970 to 9998" if text in BEYOND else "is no time such as"
    assert said.startswith(f"--now {text!r} {why}")


@pytest.mark.parametrize("option", ["--received-at", "--complete-until"])
@pytest.mark.parametrize("text", BEYOND[:2])
def test_a_landing_out_of_time(door: Door, option: str, text: str) -> None:
    result = door.land("usage_events", "--from", "x.csv", option, text)
    assert result.exit_code == 2
    assert "is not of the years 1970 to 9998" in result.stderr


def test_times_are_utc() -> None:
    assert typed_time("2026-01-31T10:00:00+01:00") == datetime.fromisoformat("2026-01-31T09:00:00")
    assert typed_time("2026-01-31") == datetime.fromisoformat("2026-01-31T00:00:00")
