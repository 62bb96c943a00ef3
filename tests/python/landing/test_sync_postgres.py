"""A system in the tables of a PostgreSQL server says the same as one in a DuckDB file."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from harness.postgres_server import PORT, USER, Server, running
from landing.test_sync_servers import landed
from landing_door import Door
from product_health.contract import Contract
from product_health.landing.store import LandingStore
from systems_company import write_company

DATABASE = "company"
# The first is a time with its offset, as loaders write it there.
TYPES = {
    "TIMESTAMP": "timestamptz",
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "JSON": "jsonb",
}
SYSTEMS = ("segment", "zendesk", "salesforce")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("company") / "company.duckdb"
    write_company(path)
    return path


@pytest.fixture(scope="module")
def server(company: Path) -> Iterator[Server]:
    """A server in another time zone, with the tables of the company."""
    with running() as server:
        server.execute(f"create database {DATABASE}")
        server.execute(f"alter database {DATABASE} set timezone = 'America/New_York'")
        server.execute(f"grant all on database {DATABASE} to {USER}")
        copy_tables(company, server)
        yield server


def copy_tables(company: Path, server: Server) -> None:
    with duckdb.connect(str(company)) as source:
        tables = source.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name <> 'main'"
        ).fetchall()
        cursor = server.connect(DATABASE).cursor()
        cursor.execute("set timezone = 'UTC'")
        for schema, table in tables:
            result = source.execute(f'select * from {schema}."{table}"')
            columns = [(name, str(kind)) for name, kind, *_ in result.description or []]
            typed = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind in columns)
            cursor.execute(f"create schema if not exists {schema}")
            cursor.execute(f'create table {schema}."{table}" ({typed})')
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f'insert into {schema}."{table}" values ({marks})', result.fetchall()
            )


@pytest.mark.parametrize("system", SYSTEMS)
def test_postgresql_says_the_same(
    tmp_path: Path, contract: Contract, company: Path, server: Server, system: str
) -> None:
    door = Door(tmp_path, LandingStore(tmp_path / "landing", contract))
    url = f"postgresql+psycopg2://{USER}@/{DATABASE}?host={server.folder}&port={PORT}"
    expected = landed(door, tmp_path / "a", system, company)
    assert landed(door, tmp_path / "b", system, url) == expected
    assert sum(map(len, expected.values()))
    again = door.land("--system", system, "--from", url, "--into", tmp_path / "b")
    assert "nothing is new" in again.output
