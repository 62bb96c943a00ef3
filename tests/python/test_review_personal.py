"""A review shows nothing of the data that publishing would refuse, in no format and no error."""

import json
import re
from pathlib import Path

import pytest

import edits
from product_health.lock.values import FIXED_COMPANY
from scratch import Scratch, refused

PERSONAL = ("josé@example.com", "anna@müller.de", "+49 151 12345678")
INDUSTRIES = ("finance", "health", "education")


def with_personal_industries(scratch: Scratch) -> None:
    names = zip(INDUSTRIES, PERSONAL, strict=True)
    scratch.edit(f"{FIXED_COMPANY}/crm_accounts.csv", *names)


def test_segments_that_look_personal_go_by_a_number(scratch: Scratch, tmp_path: Path) -> None:
    with_personal_industries(scratch)
    edits.nps_threshold(scratch)
    files = {kind: tmp_path / f"review.{kind}" for kind in ("markdown", "json", "html")}
    said = scratch.run("review", *(f"--{kind}={path}" for kind, path in files.items()))
    texts = {"terminal": said.output} | {
        kind: path.read_text(encoding="utf-8") for kind, path in files.items()
    }
    for kind, text in texts.items():
        assert re.search(r"industry \d \(its name looks like personal data\)", text), kind
        found = [one for one in PERSONAL if one in text or json.dumps(one)[1:-1] in text]
        assert found == [], kind
    (nps,) = (one for one in json.loads(texts["json"])["metrics"] if one["name"] == "nps")
    industries = {part for part in nps["numbers"]["before"] if part.startswith("industry")}
    assert {f"industry {number} (its name looks like personal data)" for number in (1, 2, 3)} <= (
        industries
    )
    # they are other numbers, and not another company
    assert len(industries) > len(PERSONAL)
    assert nps["numbers"]["before"].keys() == nps["numbers"]["after"].keys()


@pytest.mark.parametrize("options", [(), ("--json=out.json",)])
def test_an_error_quotes_no_value(scratch: Scratch, options: tuple[str, ...]) -> None:
    with_personal_industries(scratch)
    scratch.edit(
        "int_account_versions.sql",
        ("industry,", "cast(cast(industry as integer) as varchar) as industry,"),
    )
    result = scratch.run("review", *options)
    said = refused(result)
    assert "Could not convert string '...' to INT32" in said
    written = [result.output, *(path.read_text() for path in scratch.root.glob("out.json"))]
    assert not any(one in text for one in PERSONAL for text in written)


def test_an_error_quotes_the_sql(scratch: Scratch) -> None:
    scratch.edit(
        "int_account_versions.sql",
        ("industry,", "cast(date '2025-13-01' as varchar) as industry,"),
    )
    assert "2025-13-01" in refused(scratch.run("review"))
