"""Companies in a real landing folder, for running dbt itself on them."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from harness.histories import History, random_history
from harness.project import ROOT
from harness.warehouse import literal
from product_health.contract import Entity, load_contract
from product_health.landing.store import LandingStore
from reference import DEFAULT_VARS, Company, Row


def history_with_own_seeds(loads: int) -> History:
    """Give the first random history of so many loads or more, in UTC, with the project's seeds.

    It has rows of every entity.
    """
    seed = 0
    while True:
        history = random_history(seed)
        company = history.company
        is_whole = len(history.groups) >= loads and all(company.tables.values())
        if is_whole and company.vars == DEFAULT_VARS:
            return replace(history, company=replace(company, seeds=own_seeds()))
        seed += 1


def own_seeds(pattern: str = "*") -> dict[str, list[Row]]:
    """Read the seeds of the project, all or some; what is empty is NULL."""
    return {
        path.stem: [
            {name: value or None for name, value in row.items()}
            for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        ]
        for path in (ROOT / "seeds").glob(f"{pattern}.csv")
    }


def landed(folder: Path, company: Company, load_ids: Iterable[int]) -> LandingStore:
    """Land some loads of a company, which must be the next ones."""
    contract = load_contract(ROOT)
    store = LandingStore(folder, contract)
    with duckdb.connect() as connection:
        for load_id in load_ids:
            with store.begin_load() as pending:
                for load in company.loads:
                    if load["load_id"] != load_id:
                        continue
                    entity = contract.entity(load["entity"])
                    rows = [row for row in company.tables[entity.name] if row["load_id"] == load_id]
                    _create(connection, entity, rows)
                    pending.write(
                        connection,
                        entity.name,
                        "select * from landed",
                        source_name=load["source_name"],
                        fingerprint=load["fingerprint"],
                        source_system=load["source_system"],
                        complete_until=load["complete_until"],
                    )
            assert pending.load_id == load_id
    return store


def _create(connection: duckdb.DuckDBPyConnection, entity: Entity, rows: Iterable[Row]) -> None:
    """Make a table of the rows in the order of their landing_row."""
    columns = entity.row_columns
    types = ", ".join(f'"{column.name}" {column.duckdb_type}' for column in columns)
    connection.execute(f"create or replace temp table landed ({types})")
    for row in sorted(rows, key=lambda row: row["landing_row"]):
        values = ", ".join(literal(row.get(column.name)) for column in columns)
        connection.execute(f"insert into landed values ({values})")
