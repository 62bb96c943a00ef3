"""What was planted is found again in the marts, built load by load."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.demo_landed import Landed, write
from harness.warehouse import Warehouse, compiled_for
from product_health.contract import Contract

# On a push test_demo_truth_in_marts.py looks for it in what dbt has built.
pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, root: Path, contract: Contract) -> Landed:
    """A smaller company in one big and a daily load."""
    folder = tmp_path_factory.mktemp("marts") / "landing"
    return write(folder, root, contract, accounts=12, days=60, tail_loads=1)


@pytest.fixture(scope="module")
def warehouse(planted: Landed) -> Iterator[Warehouse]:
    """The warehouse after a build for each load."""
    company = planted.company
    with Warehouse(compiled_for(company)) as made:
        made.sow(
            {
                name: [{column: value or None for column, value in row.items()} for row in rows]
                for name, rows in company.seeds.items()
            }
        )
        for load_id in sorted({row["load_id"] for row in company.loads}):
            made.land(company, {load_id})
            made.build()
        yield made


def assert_found(truth: dict[str, Any], row: dict[str, Any]) -> None:
    """Every planted number that the row has a column for is that column's."""
    common = {name for name, value in truth.items() if name in row and not isinstance(value, dict)}
    assert common
    for name in common - {"launched_on"}:
        assert row[name] == pytest.approx(truth[name], abs=1e-9), name


def last(warehouse: Warehouse, planted: Landed, mart: str) -> list[dict[str, Any]]:
    """Return a mart's rows of the last complete date."""
    as_of = date.fromisoformat(planted.truth["as_of_date"])
    return [row for row in warehouse.rows(mart) if row["date_day"] == as_of]


def test_rows(warehouse: Warehouse, planted: Landed) -> None:
    found = {
        (row["entity"], str(row["load_id"])): row for row in warehouse.rows("int_row_accounting")
    }
    for entity, loads in planted.truth["rows"].items():
        for load_id, counts in loads.items():
            if counts["raw"] or (entity, load_id) in found:
                row = found[entity, load_id]
                for name in (
                    "raw",
                    "accepted",
                    "superseded",
                    "duplicate",
                    "conflicting",
                    "quarantined",
                ):
                    assert row[f"{name}_rows"] == counts[name], (entity, load_id, name)


def test_usage(warehouse: Warehouse, planted: Landed) -> None:
    assert_found(planted.truth["usage"], last(warehouse, planted, "usage_daily")[0])
    by_date = {str(row["date_day"]): row["dau"] for row in warehouse.rows("usage_daily")}
    for day, people in planted.truth["usage"]["dau_by_date"].items():
        assert by_date.get(day, 0) == people


def test_adoption(warehouse: Warehouse, planted: Landed) -> None:
    assert_found(planted.truth["adoption"], last(warehouse, planted, "adoption_daily")[0])
    rows = last(warehouse, planted, "adoption_feature_daily")
    assert {row["feature_key"] for row in rows} == set(planted.truth["features"])
    for row in rows:
        assert_found(planted.truth["features"][row["feature_key"]], row)


def test_voice(warehouse: Warehouse, planted: Landed) -> None:
    voice = planted.truth["voice"]
    assert_found(voice["nps_as_of"], last(warehouse, planted, "nps_daily")[0])
    scores: dict[str, list[float]] = {}
    for row in warehouse.rows("voice_responses"):
        if row["survey_kind"] == "nps":
            scores.setdefault(f"{row['response_date']:%Y-%m}", []).append(row["score"])
    assert {month: len(given) for month, given in scores.items()} == {
        month: counts["responses"] for month, counts in voice["nps_by_month"].items()
    }


def test_support(warehouse: Warehouse, planted: Landed) -> None:
    truth = planted.truth["support"]
    assert last(warehouse, planted, "support_daily")[0]["backlog"] == truth["backlog"]
    rows = warehouse.rows("support_daily")
    assert sum(row["tickets_created"] for row in rows if row["is_complete"]) == truth["tickets"]
    assert sum(row["tickets_removed"] for row in rows) == truth["removed_changes"]
    told = [row["is_ended_by_status"] for row in warehouse.rows("support_tickets")]
    assert sum(told) == truth["ended_by_status"]
