"""One small company in one in-process database: land its rows, run the models, read the tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from types import TracebackType
from typing import Any, Self

import duckdb

from harness.project import Compiled, variant
from product_health.compiled.dbt import DATABASE
from product_health.compiled.project import Model
from reference import Company, Row

SCHEMAS = ("landing", "staging", "intermediate", "marts", "seeds")
REGISTER = "loads"
TYPES = {"text": "varchar", "json": "varchar", "integer": "bigint", "number": "double"}


def compiled_for(company: Company) -> Compiled:
    """Give the project's SQL with the vars of a company."""
    return _compiled_with(
        variant_of(company), company.vars["reporting_timezone"], company.vars["as_of_date"]
    )


@lru_cache(maxsize=64)
def _compiled_with(name: str, zone: str, as_of_date: date | None) -> Compiled:
    return variant(name).bound(zone, as_of_date)


def variant_of(company: Company) -> str:
    """Give the name of the variant whose SQL is bound to the vars of a company."""
    if company.vars["as_of_date"]:
        return "fixed"
    return "utc" if company.vars["reporting_timezone"] == "UTC" else "zoned"


class Warehouse:
    """A database in memory with the relations of the project; a context manager."""

    def __init__(self, compiled: Compiled) -> None:
        """Create the schemas and the landing tables, all empty."""
        self.compiled = compiled
        self._connection = duckdb.connect()
        for statement in (
            "set threads = 1",
            "set TimeZone = 'UTC'",
            f"attach ':memory:' as {DATABASE}",
            f"use {DATABASE}",
            *(f"create schema {schema}" for schema in SCHEMAS),
        ):
            self._connection.execute(statement)
        for source in compiled.sources:
            types = {name: TYPES.get(kind, kind) for name, kind in source.types.items()}
            self._create(source.relation, types)
        for seed in compiled.seeds:
            self._create(seed.relation, seed.types)

    def __enter__(self) -> Self:
        """Give the warehouse itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database; nothing of it is left."""
        self._connection.close()

    def _create(self, relation: str, columns: Mapping[str, str]) -> None:
        definitions = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self._connection.execute(f"create table {relation} ({definitions})")

    def sow(self, seeds: Mapping[str, Sequence[Row]]) -> None:
        """Fill the seeds, those that are not given with nothing."""
        for seed in self.compiled.seeds:
            self._connection.execute(f"truncate {seed.relation}")
            self._insert(seed.relation, seed.types, seeds.get(seed.name, []))

    def land(self, company: Company, loads: Collection[int] | None = None) -> None:
        """Land the rows and register rows of some loads of a company; of all where none is given.

        As in the landing folder, a load that was taken back has its tombstone only.
        """
        undone = {row["load_id"] for row in company.loads if row["undone_at"] is not None}
        tables = {**company.tables, REGISTER: company.loads}
        for source in self.compiled.sources:
            rows = [
                row
                for row in tables.get(source.name, [])
                if (loads is None or row["load_id"] in loads)
                and (source.name == REGISTER or row["load_id"] not in undone)
            ]
            self._insert(source.relation, source.types, rows)

    def _insert(self, relation: str, columns: Iterable[str], rows: Sequence[Row]) -> None:
        if rows:
            names = list(columns)
            values = ", ".join(
                f"({', '.join(literal(row.get(name)) for name in names)})" for row in rows
            )
            self._connection.execute(f"insert into {relation} values {values}")

    def build(self, *, full_refresh: bool = False, only: Collection[str] | None = None) -> None:
        """Run the models in order, or those named; the append models append if they are there."""
        for model in self.compiled.models:
            if only is None or model.name in only:
                self._run(model, full_refresh=full_refresh)

    def _run(self, model: Model, *, full_refresh: bool) -> None:
        if model.incremental_sql and not full_refresh and self._exists(model):
            self._connection.execute(f"insert into {model.relation} {model.incremental_sql}")
            return
        kind = "view" if model.kind == "view" else "table"
        self._connection.execute(f"create or replace {kind} {model.relation} as {model.sql}")

    def _exists(self, model: Model) -> bool:
        schema, name = model.relation.replace('"', "").split(".")[1:]
        found = self._connection.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ?",
            [schema, name],
        )
        return bool(found.fetchall())

    def rows(self, name: str) -> list[Row]:
        """Give the rows of a model's relation."""
        return self.query(f"select * from {self.compiled.model(name).relation}")

    def query(self, sql: str, values: Mapping[str, str] | None = None) -> list[Row]:
        """Give the rows of a query with the values of its parameters."""
        result = self._connection.execute(sql, dict(values or {}))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def built(company: Company, compiled: Compiled, names: Iterable[str]) -> Warehouse:
    """Give a warehouse in which a company is landed, and some models and their upstream built."""
    warehouse = Warehouse(compiled)
    warehouse.sow(company.seeds)
    warehouse.land(company)
    warehouse.build(full_refresh=True, only=compiled.needed_for(names))
    return warehouse


def literal(value: Any) -> str:
    """Write a value as SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if isfinite(value) else f"cast('{value}' as double precision)"
    if isinstance(value, datetime | date):
        return f"'{value}'"
    return "'" + str(value).replace("'", "''") + "'"
