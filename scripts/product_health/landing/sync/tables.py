"""The tables of a source as views for mappings: by their plain names, with two columns more.

In a view an id is text and an empty one is NULL, so that ids of any type compare, and
`_synced_at` and `_is_deleted` say what the loader says (see loaders).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

import duckdb

from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.convert import convert
from product_health.landing.database import is_url, local_file, sqlite_url
from product_health.landing.files import file_format
from product_health.landing.sources import first_line
from product_health.landing.sync import loaders
from product_health.landing.sync.servers import Server, Since, connected
from product_health.systems.mapping import IS_DELETED, SYNCED_AT, System

Types = Mapping[str, str]  # column in lower case -> DuckDB type


class Source(Protocol):
    """Where the tables of a system lie."""

    @property
    def label(self) -> str:
        """What the source is called, without secrets."""

    def schemas(self) -> Mapping[str, Mapping[str, Types]]:
        """Return the tables of each schema with their columns."""

    def relation(self, schema: str, table: str, columns: list[str], since: Since | None) -> str:
        """Return SQL for a table with these columns, and maybe only its rows since some time."""


@dataclass(frozen=True)
class DuckDBFile:
    """A DuckDB file, attached to a connection for reading."""

    connection: duckdb.DuckDBPyConnection
    path: Path

    @property
    def label(self) -> str:
        """The name of the file."""
        return self.path.name

    def schemas(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return the tables and views of each schema with their columns."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        rows = self.connection.execute(
            "select schema_name, table_name, lower(column_name), data_type from duckdb_columns() "
            "where database_name = 'source' order by schema_name, table_name, column_index"
        ).fetchall()
        for schema, table, column, data_type in rows:
            found.setdefault(schema, {}).setdefault(table, {})[column] = data_type
        return found

    def relation(
        self,
        schema: str,
        table: str,
        columns: list[str],  # noqa: ARG002 - all of them are at hand
        since: Since | None,  # noqa: ARG002
    ) -> str:
        """Return the name of a table in the connection."""
        return f"source.{sql.identifier(schema)}.{sql.identifier(table)}"


def attach(connection: duckdb.DuckDBPyConnection, path: Path) -> DuckDBFile:
    """Attach a DuckDB file for reading; UserError where it cannot be read now."""
    try:
        connection.execute(f"attach {sql.text(str(path))} as source (type duckdb, read_only)")
    except duckdb.Error as error:
        hint = "; if a loader is writing to it, wait until it is done" if _is_busy(error) else ""
        message = f"{path}: cannot be read: {first_line(error)}{hint}"
        raise UserError(message) from error
    return DuckDBFile(connection, path)


def _is_busy(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error).lower()


def create_views(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    system: System,
    schema: str | None,
    since: Mapping[str, datetime],
) -> loaders.SyncState:
    """Create a view for each table of a system, and return how far its loader is.

    `since` says of some tables from when on they are read, where that saves time. UserError where
    a table or a column is missing that a mapping needs.
    """
    schema, there = _schema_of(source, system, schema)
    notes = _create_notes(connection, source, schema, there)
    for table, columns in system.tables.items():
        name = _found(system, table, there)
        if name is None:
            _check_optional(system, table, source, schema, there)
            select = _nothing(columns)
        else:
            _check_columns(system, table, source, name, there[name])
            select = _select(source, (schema, name), columns, there[name], since.get(table))
        connection.execute(f"create view {sql.identifier(table)} as {select}")
    return loaders.sync_state(connection, list(system.tables), notes)


def _schema_of(
    source: Source, system: System, schema: str | None
) -> tuple[str, Mapping[str, Types]]:
    """Return the schema that has the tables of a system; UserError where that is not clear."""
    schemas = source.schemas()
    if schema is not None and schema not in schemas:
        near = get_close_matches(schema, schemas, n=2, cutoff=0.5) or sorted(schemas)
        message = f"{source.label}: has no schema {schema!r}; did you mean {' or '.join(near)}?"
        raise UserError(message)
    found = {
        name: {table for table in system.tables if _found(system, table, there)}
        for name, there in schemas.items()
        if schema in {None, name}
    }
    found = {name: tables for name, tables in found.items() if tables}
    if not found:
        tables = ", ".join(sorted(system.tables))
        message = f"{source.label}: has none of the tables of {system.name} ({tables}); is --from "
        raise UserError(message + "the database into which your loader writes?")
    named = [name for name in found if system.name in name.lower()]
    likely = named if len(named) == 1 else list(found)
    if len(likely) > 1:
        where = ", ".join(f"{name} ({len(tables)})" for name, tables in found.items())
        message = (
            f"{source.label}: tables of {system.name} lie in the schemas {where}; say which: "
            f"--schema {likely[0]}"
        )
        raise UserError(message)
    return likely[0], schemas[likely[0]]


def _found(system: System, table: str, there: Mapping[str, Types]) -> str | None:
    """Return what a table is called there: its name, or that after the system's as a prefix."""
    by_name = {name.lower(): name for name in there}
    vendor = system.folder.name.lower()
    candidates = (table, f"{vendor}_{table}", f"{vendor}__{table}")
    return next((by_name[name] for name in candidates if name in by_name), None)


def _create_notes(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    schema: str,
    there: Mapping[str, Types],
) -> set[str]:
    found = set()
    for name, columns in loaders.NOTES.items():
        if columns <= set(there.get(name, ())):
            relation = source.relation(schema, name, sorted(columns), None)
            select = loaders.note_sql(name, relation, there[name])
            connection.execute(f"create table {name} as {select}")
            found.add(name)
    return found


def _select(
    source: Source,
    name: tuple[str, str],
    columns: frozenset[str],
    types: Types,
    since: datetime | None,
) -> str:
    """Return the SELECT of a view on a table, by its schema and name."""
    needed = sorted({*(columns & set(types)), *loaders.kept_columns(types)})
    stamp = loaders.stamp_of(types)
    recent = Since(stamp, since) if stamp and since else None
    relation = source.relation(*name, needed, recent)
    alias = "loaded"
    values = ", ".join(
        f"{_value(column, types.get(column), alias)} as {sql.identifier(column)}"
        for column in sorted(columns)
    )
    added = (
        f"{loaders.stamp_sql(types, alias)} as {SYNCED_AT}, "
        f"{loaders.deleted_sql(types, alias)} as {IS_DELETED}"
    )
    return f"select {', '.join(filter(None, [values, added]))} from {relation} as {alias}"


def _value(column: str, data_type: str | None, alias: str) -> str:
    if data_type is None:
        return "cast(null as varchar)"
    value = f"{alias}.{sql.identifier(column)}"
    if column == "id" or column.endswith("_id"):
        return convert(value, data_type, "text")
    return value


def _nothing(columns: frozenset[str]) -> str:
    empty = "".join(f"cast(null as varchar) as {sql.identifier(name)}, " for name in columns)
    return (
        f"select {empty}cast(null as timestamp) as {SYNCED_AT}, "
        f"cast(null as boolean) as {IS_DELETED} where false"
    )


def _check_optional(
    system: System, table: str, source: Source, schema: str, there: Mapping[str, Types]
) -> None:
    for mapping in system.mappings.values():
        if table in mapping.reads and table not in mapping.optional:
            near = get_close_matches(table, there, n=2, cutoff=0.6)
            hint = f" (there is {' and '.join(near)})" if near else ""
            message = (
                f"{source.label}: schema {schema} has no table {table}{hint}, which "
                f"{system.name}/{mapping.path.name} needs for {mapping.entity.name}; let your "
                "loader sync it, or copy the folder of mappings and leave out what you lack: "
                "--system path/to/copy"
            )
            raise UserError(message)


def _check_columns(system: System, table: str, source: Source, name: str, types: Types) -> None:
    for mapping in system.mappings.values():
        missing = [
            column
            for column in sorted(mapping.reads.get(table, ()))
            if column not in types and f"{table}.{column}" not in mapping.optional
        ]
        if missing:
            near = get_close_matches(missing[0], types, n=2, cutoff=0.6)
            hint = f" (there is {' and '.join(near)})" if near else ""
            message = (
                f"{source.label}: table {name} has no column {missing[0]}{hint}, which "
                f"{system.name}/{mapping.path.name} needs for {mapping.entity.name}; let your "
                "loader sync it, or change a copy of the mapping: --system path/to/copy"
            )
            raise UserError(message)


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    landing: Path,
    scratch: Path,
) -> Iterator[Source]:
    """Yield a source; the connection then reaches it, the landing folder and nothing else.

    UserError where there is no such file or database.
    """
    source = local_file(source)
    url = source if is_url(source) else _sqlite_url(Path(source))
    if url is None:
        attached = attach(connection, Path(source))
        _lock(connection, landing)
        yield attached
        return
    folder = scratch / "copies"
    folder.mkdir()
    with connected(url) as database:
        _lock(connection, landing, folder)
        yield Server(connection, url, database, folder)


def _sqlite_url(path: Path) -> str | None:
    """Return the URL of a SQLite file, None for a DuckDB file; UserError for another."""
    if not path.is_file():
        message = f"--from {path}: there is no such file"
        raise UserError(message)
    kind = file_format(path, None)
    if kind in {"sqlite", "duckdb"}:
        return sqlite_url(path) if kind == "sqlite" else None
    message = f"--from {path}: is neither a DuckDB nor a SQLite file, nor the URL of a database"
    raise UserError(message)


def _lock(connection: duckdb.DuckDBPyConnection, *folders: Path) -> None:
    """Let SQL of a mapping reach these folders alone."""
    allowed = ", ".join(sql.text(str(folder.resolve())) for folder in folders)
    connection.execute(f"set allowed_directories = [{allowed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
