"""A database by its URL says the same as a DuckDB file, and no secret of it is told."""

import sqlite3
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from landing_door import Door
from product_health.contract import Contract
from product_health.landing.store import LandingStore
from synced_source import landed_rows
from systems_company import write_company

SYSTEMS = ("segment", "zendesk", "salesforce")


@pytest.fixture
def company(tmp_path: Path) -> Path:
    path = tmp_path / "company.duckdb"
    write_company(path)
    return path


def sqlite_copy(company: Path, schema: str, prefix: str = "") -> Path:
    """Copy the tables of a schema into a SQLite file."""
    path = company.with_name(f"{schema}.sqlite")
    with duckdb.connect(str(company)) as source, sqlite3.connect(path) as target:
        tables = source.execute(
            "select table_name from duckdb_tables() where schema_name = ?", [schema]
        ).fetchall()
        for (table,) in tables:
            result = source.execute(f'select * from {schema}."{table}"')
            columns = [(name, str(kind)) for name, kind, *_ in result.description or []]
            typed = ", ".join(
                f'"{name}" {"timestamp" if kind == "TIMESTAMP" else "text"}'
                for name, kind in columns
            )
            target.execute(f'create table "{prefix}{table}" ({typed})')
            marks = ", ".join("?" for _ in columns)
            rows = [[_plain(value) for value in row] for row in result.fetchall()]
            target.executemany(f'insert into "{prefix}{table}" values ({marks})', rows)
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return float(value) if isinstance(value, Decimal) else value


def landed(door: Door, root: Path, system: str, source: Path | str) -> dict[str, list[Any]]:
    result = door.land("--system", system, "--from", source, "--into", root)
    assert result.exit_code == 0, result.output
    store = LandingStore(root, door.store.contract)
    entities = sorted({row["entity"] for row in store.loads()})
    return {entity: sorted(map(repr, landed_rows(store, entity))) for entity in entities}


@pytest.mark.parametrize(
    ("system", "schema"), [("segment", "app"), ("zendesk", "zendesk"), ("salesforce", "salesforce")]
)
@pytest.mark.parametrize("by_url", [False, True])
def test_sqlite_says_the_same(
    tmp_path: Path, contract: Contract, company: Path, system: str, schema: str, *, by_url: bool
) -> None:
    door = Door(tmp_path, LandingStore(tmp_path / "landing", contract))
    copy = sqlite_copy(company, schema, prefix=f"{system}_")
    source = f"sqlite:///{copy}" if by_url else copy
    expected = landed(door, tmp_path / "a", system, company)
    assert landed(door, tmp_path / "b", system, source) == expected
    assert sum(map(len, expected.values()))
    again = door.land("--system", system, "--from", source, "--into", tmp_path / "b")
    assert "nothing is new" in again.output


def test_only_what_is_recent_is_read_of_a_table_with_a_cursor(
    tmp_path: Path, contract: Contract, company: Path
) -> None:
    door = Door(tmp_path, LandingStore(tmp_path / "landing", contract))
    copy = sqlite_copy(company, "app")
    options = ("--system", "segment", "--from", copy, "--into", tmp_path / "a")
    assert "6 new" in door.land(*options).output
    row = "'u9', 'u9', 'x', 'x', 'api', '2026-03-01 00:00:00'"
    with sqlite3.connect(copy) as connection:
        for name, stamp in (("late", "2026-03-02 07:00:00"), ("old", "2026-02-01 00:00:00")):
            connection.execute(
                "insert into tracks (id, anonymous_id, user_id, event, event_text, "
                f"context_library_name, timestamp, uuid_ts) values ('{name}', {row}, '{stamp}')"
            )
    assert "usage_events  1 new" in door.land(*options).output
    assert "usage_events  1 new" in door.land(*options, "--whole").output


def test_secrets_are_not_told(tmp_path: Path, contract: Contract) -> None:
    door = Door(tmp_path, LandingStore(tmp_path / "landing", contract))
    url = "postgresql+none://reader:s3cret@db.example/warehouse?sslpassword=t0ken"
    message = door.refused("--system", "zendesk", "--from", url, "--into", tmp_path / "landing")
    assert "cannot be read" in message
    assert "s3cret" not in message
    assert "t0ken" not in message
