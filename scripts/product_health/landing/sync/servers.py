"""Databases that SQLAlchemy reads, as a source: what is needed of a table is copied."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.database import database_text, shown_url, without_secrets

if TYPE_CHECKING:
    import sqlalchemy

CHUNK_ROWS = 10_000
LONGEST_ROW = 256 * 1024 * 1024  # bytes
# So that all tables are read as they are at one moment.
ISOLATION = {"postgresql": "REPEATABLE READ", "mysql": "REPEATABLE READ"}


class Since(NamedTuple):
    """From when on the rows of a table are read, and by which column."""

    column: str
    at: datetime


@dataclass
class Server:
    """A database."""

    connection: duckdb.DuckDBPyConnection
    url: str
    database: "sqlalchemy.Connection"
    scratch: Path
    _columns: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The address, without password and options; of a file its name."""
        shown = shown_url(self.url)
        return Path(shown).name if shown.startswith("sqlite:") else shown

    def schemas(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return the tables and views of each schema with their columns, which all become text."""
        from sqlalchemy import inspect

        with self._explained():
            look = inspect(self.database)
            found: dict[str, dict[str, dict[str, str]]] = {}
            for schema in look.get_schema_names():
                columns = look.get_multi_columns(schema=schema, kind=_any_kind())
                for (_, table), described in columns.items():
                    self._columns[schema, table] = {one["name"]: one["type"] for one in described}
                    names = {one["name"].lower(): "VARCHAR" for one in described}
                    found.setdefault(schema, {})[table] = names
        return found

    def relation(self, schema: str, table: str, columns: list[str], since: Since | None) -> str:
        """Copy columns of a table into the connection, and return the name of the copy."""
        path = self.scratch / f"{len(list(self.scratch.iterdir()))}.jsonl"
        with self._explained(), path.open("w", encoding="utf-8") as file:
            query = self._query(schema, table, columns, since)
            options = {"stream_results": True, "yield_per": CHUNK_ROWS}
            for row in self.database.execution_options(**options).execute(query):
                file.write(json.dumps([_text(value) for value in row]) + "\n")
        copy = sql.identifier(f"copy of {schema}.{table}")
        cells = ", ".join(
            f"cells[{place}] as {sql.identifier(name)}" for place, name in enumerate(columns, 1)
        )
        self.connection.execute(
            f"create table {copy} as select {cells} from read_json({sql.text(str(path))}, "
            "format = 'newline_delimited', records = false, columns = {cells: 'varchar[]'}, "
            f"maximum_object_size = {LONGEST_ROW})"
        )
        path.unlink()
        return copy

    def _query(self, schema: str, table: str, columns: list[str], since: Since | None) -> Any:
        from sqlalchemy import DateTime, column, select
        from sqlalchemy import table as table_of

        types = self._columns[schema, table]
        names = {name.lower(): name for name in types}
        there = table_of(table, *map(column, names.values()), schema=schema)
        query = select(*(there.c[names[name]] for name in columns))
        if since is None or not isinstance(kind := types[names[since.column]], DateTime):
            return query
        moment = since.at.replace(tzinfo=UTC) if kind.timezone else since.at
        return query.where(column(names[since.column], kind) >= moment)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with explained(self.url):
            yield


def _text(value: Any) -> str | None:
    """Return a value as text; a time with an offset, which a session chooses, is written in UTC."""
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return database_text(value)


def _any_kind() -> Any:
    from sqlalchemy.engine.reflection import ObjectKind

    return ObjectKind.ANY


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn what a driver raises into a UserError that has no secret of the URL."""
    try:
        yield
    except Exception as error:  # drivers raise what they like
        if isinstance(error, UserError | MemoryError | duckdb.Error):
            raise
        message = f"--from: the database cannot be read: {without_secrets(error, url)}"
        raise UserError(message) from None


@contextmanager
def connected(url: str) -> Iterator["sqlalchemy.Connection"]:
    """Yield a connection in one transaction; UserError where there is none to be had."""
    with explained(url):
        from sqlalchemy import create_engine

        engine = create_engine(url)
        level = ISOLATION.get(engine.dialect.name)
        options = {"isolation_level": level} if level else {}
        connection = engine.connect().execution_options(**options)
    try:
        yield connection
    finally:
        connection.close()
        engine.dispose()
