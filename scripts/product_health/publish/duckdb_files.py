"""A set as DuckDB and Parquet files: nothing else in publishing knows these formats.

The database file has the warehouse's own name for a database, which BI tools show and MetricFlow
writes into its SQL. It must not be called as a schema in it is: `marts.usage_daily` would be
ambiguous in marts.duckdb.
"""

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from product_health.compiled.dbt import DATABASE
from product_health.errors import UserError
from product_health.publish.plan import Mart

FILE = f"{DATABASE}.duckdb"
PARQUET = "parquet"
# Opens in DuckDB 1.4, 1.5 and 2.x, and refuses a log of another file that lies beside it.
STORAGE_VERSION = "v1.4.0"
MARTS, READINGS, META = "marts", "metrics", "meta"


class SetWriter:
    """Writes the files of a set from a built warehouse; a context manager."""

    def __init__(self, warehouse: Path, folder: Path) -> None:
        """Open the warehouse for reading and begin a new file; UserError where it is in use."""
        self._folder = folder
        self._spill = folder / ".spill"
        self._connection = duckdb.connect()
        limit = os.environ.get("PRODUCT_HEALTH_MEMORY_LIMIT", "4GB")
        self.run(f"set memory_limit = {_text(limit)}")
        self.run(f"set temp_directory = {_text(str(self._spill))}")
        self.run("set TimeZone = 'UTC'")
        try:
            self.run(f"attach {_text(str(warehouse))} as warehouse (read_only)")
        except duckdb.IOException as error:
            self._connection.close()
            message = f"{warehouse.name}: another process writes it; try again after it"
            raise UserError(message) from error
        file = _text(str(folder / FILE))
        self.run(f"attach {file} as {DATABASE} (storage_version {_text(STORAGE_VERSION)})")
        self.run(f"use {DATABASE}")
        # one transaction: or else every comment waits for the disk
        self.run("begin")
        for schema in (MARTS, READINGS, META):
            self.run(f"create schema {schema}")

    def __enter__(self) -> Self:
        """Give the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of both files."""
        self._connection.close()

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL on what was written so far; the warehouse is there as `warehouse`."""
        return self._connection.execute(sql, list(values) or None).fetchall()

    def ask(self, marts: Sequence[Mart]) -> "Ask":
        """Give a function that runs MetricFlow's SQL on what was written."""
        return Ask(self._connection, marts)

    def copy(self, mart: Mart) -> int:
        """Copy a mart with its comments, and the view of it; returns how many rows it has."""
        schema = READINGS if mart.is_reading else MARTS
        target = f"{schema}.{_name(mart.table)}"
        try:
            self.run(f"create table {target} as from warehouse.{MARTS}.{_name(mart.table)}")
        except duckdb.CatalogException as error:
            message = f"the warehouse has no {mart.table}: it is older; run `dbt build`"
            raise UserError(message) from error
        comment, columns = self._comments[mart.table]
        self.describe("table", target, comment, columns)
        if mart.is_latest and not mart.is_reading:
            view = f"{schema}.{_name(mart.name)}"
            self.run(f"create view {view} as select * from {target}")
            self.describe("view", view, comment, columns)
        ((rows,),) = self.run(f"select count(*) from {target}")
        found: int = rows
        return found

    @cached_property
    def _comments(self) -> dict[str, tuple[str, dict[str, str]]]:
        """What the warehouse says of each mart, and of its columns."""
        where = f"where database_name = 'warehouse' and schema_name = '{MARTS}'"
        told = self.run(
            f"select table_name, coalesce(comment, '') from duckdb_tables() {where} "
            f"union all select view_name, coalesce(comment, '') from duckdb_views() {where}"
        )
        found: dict[str, tuple[str, dict[str, str]]] = {name: (text, {}) for name, text in told}
        columns = self.run(
            "select table_name, column_name, coalesce(comment, '') "
            f"from duckdb_columns() {where} order by table_name, column_index"
        )
        for table, column, text in columns:
            found[table][1][column] = text
        return found

    def add_table(
        self,
        name: str,
        columns: dict[str, tuple[str, str]],
        rows: Sequence[Sequence[Any]],
        comment: str,
    ) -> None:
        """Add a table to schema meta; `columns` has the type and the comment of each."""
        target = f"{META}.{name}"
        typed = ", ".join(f"{column} {kind}" for column, (kind, _) in columns.items())
        self.run(f"create table {target} ({typed})")
        if rows:
            # column by column: row by row takes a second for a few thousand
            lists = ", ".join(f"unnest(cast(? as {kind}[]))" for kind, _ in columns.values())
            self.run(
                f"insert into {target} select {lists}", [list(c) for c in zip(*rows, strict=True)]
            )
        self.describe("table", target, comment, {key: told for key, (_, told) in columns.items()})

    def describe(self, kind: str, target: str, comment: str, columns: dict[str, str]) -> None:
        """Comment on a table or view and its columns."""
        statements = [f"comment on {kind} {target} is {_text(comment)}"]
        statements += [
            f"comment on column {target}.{_name(name)} is {_text(text)}"
            for name, text in columns.items()
        ]
        self.run(";".join(statements))

    def export(self, relation: str, name: str) -> None:
        """Write a table as a Parquet file of the set."""
        (self._folder / PARQUET).mkdir(exist_ok=True)
        file = _text(str(self._folder / PARQUET / f"{name}.parquet"))
        self.run(f"copy (from {relation}) to {file} (format parquet, compression zstd)")

    def finish(self) -> None:
        """Bring all of it into the database file; nothing is left beside it."""
        self.run("commit")
        self.run("use memory")
        self.run(f"checkpoint {DATABASE}")
        self.run(f"detach {DATABASE}")
        if self._spill.exists():
            self._spill.rmdir()


class Ask:
    """Runs SQL that was written for the warehouse on a set, where readings stand elsewhere."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> None:
        """Remember which relations are readings."""
        self._connection = connection
        self._readings = [mart.table for mart in marts if mart.is_reading]

    def __call__(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL and give its rows."""
        here = located(sql, self._readings, DATABASE)
        return self._connection.execute(here, list(values) or None).fetchall()


# Readings of a database: none in the warehouse, where they are among the marts.
READINGS_THERE = (
    f"select table_name as name from duckdb_tables() where schema_name = '{READINGS}' order by 1"
)


def located(sql: str, readings: Iterable[str], database: str) -> str:
    """Write SQL of the warehouse for a database of another name, with readings of its own."""
    for table in readings:
        there, here = (f'"{DATABASE}"."{schema}"."{table}"' for schema in (MARTS, READINGS))
        sql = sql.replace(there, here)
    return sql.replace(f'"{DATABASE}".', f'"{database}".')


class SetReader:
    """Reads the tables of schema meta of a set."""

    def __init__(self, folder: Path) -> None:
        """Name the folder of a set."""
        self._file = folder / FILE

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query; UserError where the file cannot be read."""
        try:
            with duckdb.connect(str(self._file), read_only=True) as connection:
                return connection.execute(sql).fetchall()
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            message = f"{self._file}: cannot be read: {reason}"
            raise UserError(message) from error


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
