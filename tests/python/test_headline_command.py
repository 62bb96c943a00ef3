"""What `product-health headline` says where a number has no value yet, and why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from product_health.headline import Headline

MAU = Headline("MAU", "usage_daily", ("mau",), "{:,}")
FIRST, SECOND = date(2026, 1, 1), date(2026, 1, 2)


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty mart of usage."""
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table marts.usage_daily_v1"
            " (date_day date, mau bigint, is_complete boolean, has_full_window boolean)"
        )
        yield connection


def test_a_number_of_one_date_needs_no_other(marts: duckdb.DuckDBPyConnection) -> None:
    rows = "(date '2026-01-01', 5, true, false), (date '2026-01-02', 6, false, false)"
    marts.execute(f"insert into marts.usage_daily_v1 values {rows}")
    assert MAU.read(marts) == ("none yet: it looks back on dates that are not there", FIRST)
    assert replace(MAU, looks_back=False).read(marts) == ("5", FIRST)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("", ("none yet: no date is complete", None)),
        ("(date '2026-01-01', 5, false, true)", ("none yet: no date is complete", None)),
        (
            "(date '2026-01-01', 5, true, false), (date '2026-01-02', 5, false, true)",
            ("none yet: it looks back on dates that are not there", FIRST),
        ),
        (
            "(date '2026-01-01', 5, true, true), (date '2026-01-02', null, true, true)",
            ("no value: nothing to measure", SECOND),
        ),
        (
            "(date '2026-01-01', 1234, true, true), (date '2026-01-02', 5, false, true)",
            ("1,234", FIRST),
        ),
    ],
)
def test_a_number_or_why_there_is_none(
    marts: duckdb.DuckDBPyConnection, rows: str, told: tuple[str, date | None]
) -> None:
    if rows:
        marts.execute(f"insert into marts.usage_daily_v1 values {rows}")
    assert MAU.read(marts) == told
