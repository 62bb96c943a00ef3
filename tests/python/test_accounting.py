"""Nothing is lost: every landed row is accepted, superseded, a duplicate or quarantined."""

from collections.abc import Iterable, Mapping

import pytest

from harness.compare import Difference, differences, summary
from harness.mutations import mutated_company
from harness.project import Compiled
from harness.warehouse import Warehouse, compiled_for
from reference import Company, Row, resolve
from reference.staging import OUTCOMES, JudgedRow, accounting, settle_all

Outcomes = Mapping[str, list[JudgedRow]]

ENTITIES = 16
ROWS_PER_ENTITY = 125
COMPANIES = 5
LEDGER = ("int_row_accounting", "int_quarantined_rows")
POSITION = ("load_id", "landing_row")
JUDGEMENT = ("row_outcome", "rejection_reason")


def test_ten_thousand_mutated_rows() -> None:
    assert ENTITIES * ROWS_PER_ENTITY * COMPANIES == 10_000
    assert len(mutated_company(0, 1).tables) == ENTITIES


@pytest.mark.parametrize("seed", range(COMPANIES))
def test_mutated_rows_are_accounted_for(seed: int) -> None:
    told = accounting_differences(mutated_company(seed, ROWS_PER_ENTITY))
    assert not told, summary(told)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(100, 150))
def test_many_mutated_rows_are_accounted_for(seed: int) -> None:
    told = accounting_differences(mutated_company(seed, ROWS_PER_ENTITY))
    assert not told, summary(told)


def accounting_differences(company: Company, compiled: Compiled | None = None) -> list[Difference]:
    """Land and build load by load; tell where the ledger is not what becomes of the rows."""
    compiled = compiled or compiled_for(company)
    with Warehouse(compiled) as warehouse:
        for load_id in sorted({row["load_id"] for row in company.loads}):
            warehouse.land(company, [load_id])
            warehouse.build(only=compiled.needed_for(LEDGER))
        outcomes = resolve(company).outcomes
        return [
            *ledger_differences(outcomes, warehouse),
            *quarantine_differences(outcomes, warehouse),
            *row_differences(settle_all(company), warehouse),
        ]


def ledger_differences(outcomes: Outcomes, warehouse: Warehouse) -> list[Difference]:
    ledger = warehouse.rows("int_row_accounting")
    lost = [
        Difference("int_row_accounting", f"does not add up: {row}")
        for row in ledger
        if row["raw_rows"] != sum(row[f"{outcome}_rows"] for outcome in OUTCOMES)
    ]
    expected = accounting(dict(outcomes))
    return lost + differences("int_row_accounting", ("entity", "load_id"), expected, ledger)


def quarantine_differences(outcomes: Outcomes, warehouse: Warehouse) -> list[Difference]:
    rows = warehouse.rows("int_quarantined_rows")
    textless = [
        Difference("int_quarantined_rows", f"without text: {row}")
        for row in rows
        if row["raw_text"] is None
    ]
    expected = [
        {"entity": entity, "rejection_reason": one.reason, **_columns(one.row, POSITION)}
        for entity, judged in outcomes.items()
        for one in judged
        if one.outcome == "quarantined"
    ]
    columns = ("entity", *POSITION, "rejection_reason")
    found = [_columns(row, columns) for row in rows]
    return textless + differences("int_quarantined_rows", columns[:3], expected, found)


def row_differences(outcomes: Outcomes, warehouse: Warehouse) -> list[Difference]:
    """Compare row by row; of usage events only repeats are kept by row."""
    told = []
    for entity, judged in outcomes.items():
        if entity == "usage_events":
            name = "int_usage_event_duplicates"
            expected: list[Row] = [
                {"is_conflicting": one.outcome == "conflicting"} | _columns(one.row, POSITION)
                for one in judged
                if one.outcome in {"duplicate", "conflicting"}
            ]
            rows = [row for row in warehouse.rows(name) if row["landing_row"] is not None]
            rows = [_columns(row, (*POSITION, "is_conflicting")) for row in rows]
        else:
            name = f"int_{entity}"
            rows = [_columns(row, (*POSITION, *JUDGEMENT)) for row in warehouse.rows(name)]
            expected = [
                {"row_outcome": one.outcome, "rejection_reason": one.reason}
                | _columns(one.row, POSITION)
                for one in judged
            ]
        told += differences(name, POSITION, expected, rows)
    return told


def _columns(row: Row, columns: Iterable[str]) -> Row:
    return {column: row[column] for column in columns}
