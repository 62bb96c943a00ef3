"""Builds models in memory, each once, whichever project asks for it.

A relation is named after the SQL that makes it, in which its parents have such names already. So
two states of a project share whatever they have in common, and only what differs is built twice.
"""

import csv
import hashlib
import io
import re
from types import TracebackType
from typing import Any, Self

import duckdb

from product_health.compiled.project import CompiledProject, Model, Seed, Source
from product_health.errors import UserError
from product_health.workbench.rows import RawRows

Row = dict[str, Any]


# What the database says of SQL before it has read a value.
READ_NOTHING = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
# From the first quote to the last: a value may hold quotes itself.
QUOTED = re.compile(r"""(['"]).*\1""", re.DOTALL)


class QueryError(UserError):
    """A query that the database refuses; the message is its reason, in a line."""


class ModelError(QueryError):
    """A model of the project that the database refuses; the message names its file."""


class Workbench:
    """A database in memory over raw rows; a context manager."""

    def __init__(self, rows: RawRows) -> None:
        """Open the database; nothing is read yet."""
        self._rows = rows
        self._connection = duckdb.connect()
        self._built: set[str] = set()
        self._names: dict[int, dict[str, str]] = {}
        self._connection.execute("set TimeZone = 'UTC'")
        self._connection.execute("set preserve_insertion_order = false")
        if rows.attach:
            self._connection.execute(rows.attach)

    def __enter__(self) -> Self:
        """Give the workbench itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database; nothing of it is left."""
        self._connection.close()

    def query(self, project: CompiledProject, sql: str) -> list[Row]:
        """Answer a query on relations of a project, building what it needs first.

        QueryError where the database refuses it, ModelError where it refuses what that needs.
        """
        try:
            result = self._connection.execute(self._bound(project, sql))
        except duckdb.Error as error:
            raise QueryError(_reason(error, sql)) from error
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _bound(self, project: CompiledProject, sql: str) -> str:
        """Write SQL on the relations of a project as SQL on those of this database."""
        names = self._names.setdefault(id(project), {})
        relations = {relation.relation: relation for relation in project.relations()}

        def place(match: re.Match[str]) -> str:
            relation = match.group()
            if relation not in relations:
                return relation
            if relation not in names:
                names[relation] = self._make(project, relations[relation])
            return names[relation]

        return RELATION.sub(place, sql)

    def _make(self, project: CompiledProject, relation: Model | Seed | Source) -> str:
        """Build a relation unless one just like it is there; returns its name here."""
        if isinstance(relation, Source):
            return self._create("view", "source", self._rows.select(relation))
        if isinstance(relation, Seed):
            return self._create("table", "seed", _seed_rows(relation))
        kind = "view" if relation.kind == "view" else "table"
        sql = self._bound(project, relation.sql)
        try:
            return self._create(kind, relation.name, sql)
        except duckdb.Error as error:
            told = f"{relation.file}: model {relation.name} cannot be built: {_reason(error, sql)}"
            raise ModelError(told) from error

    def _create(self, kind: str, name: str, sql: str) -> str:
        address = f"{name}_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
        if address not in self._built:
            self._connection.execute(f"create {kind} {address} as {sql}")
            self._built.add(address)
        return address


def _reason(error: duckdb.Error, sql: str) -> str:
    """Give the reason without the SQL that DuckDB prints below it, and without values of data."""
    said = str(error).partition("\n\nLINE ")[0]
    if not isinstance(error, READ_NOTHING):
        # what is quoted and stands in the SQL is no value of the data
        said = QUOTED.sub(lambda found: found[0] if found[0][1:-1] in sql else "'...'", said)
    lines = [line.strip() for line in said.splitlines()]
    more = [line for line in lines[1:3] if line.startswith(("Candidate", "Did you mean"))]
    return " ".join([lines[0], *more])


# A relation as dbt writes it into compiled SQL.
RELATION = re.compile(r'"[^"]+"\."[^"]+"\."[^"]+"')


def _seed_rows(seed: Seed) -> str:
    """Write the rows of a seed as SQL; as in dbt, what is empty is NULL."""
    header, *rows = filter(None, csv.reader(io.StringIO(seed.text)))
    columns = ", ".join(
        f"cast(column{place} as {seed.types.get(name, 'varchar')}) as {name}"
        for place, name in enumerate(header)
    )
    if not rows:
        nothing = ", ".join(f"null as column{place}" for place in range(len(header)))
        return f"select {columns} from (select {nothing}) where false"
    values = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    names = ", ".join(f"column{place}" for place in range(len(header)))
    return f"select {columns} from (values {values}) as seed ({names})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if text else "null"
