"""The project on PostgreSQL: dbt with that target, rows landed there, and its SQL run by hand."""

import os
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from harness.postgres_server import DATABASE, USER, Server
from harness.project import Compiled, DataTest
from harness.warehouse import Warehouse
from product_health.compiled.dbt import Dbt
from product_health.compiled.project import Model
from product_health.landing import sql
from product_health.workbench.rows import RawRows
from reference import Company, Row


@dataclass(frozen=True)
class PostgresDbt(Dbt):
    """dbt on a server."""

    server: Server = field(kw_only=True)
    user: str = USER

    def __call__(self, command: str, *options: str, **variables: Any) -> Any:
        """Run a command with some vars and give its result; DbtError if it fails."""
        with mock.patch.dict(os.environ, self.server.environment | {"POSTGRES_USER": self.user}):
            return super().__call__(command, "--target", "postgres", *options, **variables)


class Session:
    """A connection whose SQL may name the database as dbt does, whatever its name is here."""

    def __init__(self, connection: Any) -> None:
        """Take over a connection."""
        self._connection = connection

    def execute(self, statement: str, values: Mapping[str, Any] | None = None) -> Any:
        """Run a statement and give its cursor."""
        cursor = self._connection.cursor()
        # without values a % stands for itself
        cursor.execute(_here(statement), values or None)
        return cursor

    def copy(self, statement: str, path: Path) -> None:
        """Fill a table from a file."""
        with path.open(encoding="utf-8") as file:
            self._connection.cursor().copy_expert(_here(statement), file)


def _here(statement: str) -> str:
    return statement.replace(f'"{DATABASE}".', "")


class PostgresWarehouse(Warehouse):
    """A database in which dbt has made the landing tables and the seeds."""

    def __init__(self, compiled: Compiled, connection: Any) -> None:
        """Take over a connection; nothing is changed yet."""
        self.compiled = compiled
        self._session = Session(connection)
        self._connection = self._session  # type: ignore[assignment]

    def load(self, rows: RawRows) -> None:
        """Replace what is landed by raw rows from elsewhere."""
        self.clear()
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as reader:
            for source in self.compiled.sources:
                path = Path(folder) / f"{source.name}.csv"
                copied = f"copy ({rows.select(source)}) to {sql.text(str(path))} (header false)"
                reader.execute(copied)
                columns = ", ".join(source.types)
                self._session.copy(f"copy {source.relation} ({columns}) from stdin csv", path)

    def land(self, company: Company, loads: Collection[int] | None = None) -> None:
        """Replace what is landed by some loads of a company; by all where none is given."""
        self.clear()
        super().land(company, loads)

    def clear(self) -> None:
        """Empty the landing tables."""
        for source in self.compiled.sources:
            self._session.execute(f"truncate {source.relation}")

    def build(self, *, full_refresh: bool = True, only: Collection[str] | None = None) -> None:
        """Run the models in order, or those named, where nothing of earlier ones is left."""
        for schema in sorted({_schema(model) for model in self.compiled.models}):
            self._session.execute(f"drop schema if exists {schema} cascade")
            self._session.execute(f"create schema {schema}")
        super().build(full_refresh=full_refresh, only=only)

    def _run(self, model: Model, *, full_refresh: bool) -> None:
        assert full_refresh, "an increment is for dbt to run"
        kind = "view" if model.kind == "view" else "table"
        self._session.execute(f"create {kind} {model.relation} as {model.sql}")


def _schema(model: Model) -> str:
    return model.relation.split(".")[1]


def plain(rows: Iterable[Row]) -> list[Row]:
    """Give rows with decimals as floats, those of whole numbers as such."""
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def compiled_by(built: Any, compiled: Compiled) -> Compiled:
    """Give a compiled project with the SQL of a full build that dbt has run on a server."""
    nodes = [result.node for result in built.results if result.node.resource_type == "model"]
    sql_of = {node.unique_id: node.compiled_code for node in nodes}
    models = (replace(model, sql=sql_of[model.unique_id]) for model in compiled.models)
    return replace(compiled, models=tuple(models))


def data_tests_of(built: Any) -> list[DataTest]:
    """Give the data tests that a build of dbt has run."""
    nodes = [result.node for result in built.results if result.node.resource_type == "test"]
    return [DataTest(node.name, node.compiled_code, node.config.severity.lower()) for node in nodes]


def keys(built: Any) -> dict[str, list[str]]:
    """Give the columns that tell the rows of a model from each other, by the test that says so."""
    found = {}
    for node in (result.node for result in built.results):
        test = getattr(node, "test_metadata", None)
        if test and test.name == "unique":
            found[node.attached_node] = [node.column_name]
        elif test and test.name == "unique_combination":
            found[node.attached_node] = test.kwargs["columns"]
    return found
