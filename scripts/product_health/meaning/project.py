"""What every relation of a compiled project means, from the sources up."""

import csv
import io
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from product_health.compiled.project import CompiledProject, Model, Seed
from product_health.meaning.digests import digest
from product_health.meaning.hashing import Meaning, meaning
from product_health.meaning.mappings import of_source

DIALECT = "duckdb"


@dataclass(frozen=True)
class Unread:
    """A part of the project whose meaning cannot be told from its SQL, and why."""

    name: str
    reason: str


# Meanings of models by their SQL and what their parents mean: states of a project share most.
_remembered: dict[tuple[str, ...], Meaning] = {}


class ProjectMeaning:
    """The meaning of each relation of a project, by its name without quotes."""

    def __init__(self, project: CompiledProject) -> None:
        """Read the project from its sources up."""
        self.project = project
        self._named = {node.unique_id: plain(node.relation) for node in project.relations()}
        self.relations: dict[str, Meaning] = {}
        self.unread: list[Unread] = []
        self._schema = MappingSchema(dialect=DIALECT)
        for source in project.sources:
            self._add(source.relation, of_source(source))
        for seed in project.seeds:
            self._add(seed.relation, of_seed(seed))
        for model in project.models:
            self._add(model.relation, self._remembered(model))

    def _add(self, relation: str, found: Meaning) -> None:
        name = plain(relation)
        self.relations[name] = found
        columns = dict.fromkeys(found.columns, "unknown")
        self._schema.add_table(exp.to_table(name, dialect=DIALECT), columns, match_depth=False)

    def _remembered(self, model: Model) -> Meaning:
        key = (*_written(model), *self._inherited(model))
        if key not in _remembered:
            told = len(self.unread)
            found = self._of_model(model)
            if len(self.unread) > told:
                return found
            _remembered[key] = found
        return _remembered[key]

    def _inherited(self, model: Model) -> list[str]:
        """Give what the parents of a model mean, and by which names it knows them, as text."""
        names = [self._named[parent] for parent in model.parents]
        parents = [(name, self.relations[name]) for name in names]
        return [
            text
            for name, found in parents
            for text in (
                name,
                found.rows,
                *(f"{key}={held}" for key, held in found.columns.items()),
            )
        ]

    def _of_model(self, model: Model) -> Meaning:
        """Give the meaning of a model; an incremental one means what both its branches mean."""
        try:
            whole = self.of_sql(model.sql)
            if model.incremental_sql is None:
                return whole
            increment = whole
            for _ in range(2):
                # what it reads of itself came from both branches, which a first reading tells
                self._add(model.relation, _itself(whole, increment))
                increment = self.of_sql(model.incremental_sql)
        except (SqlglotError, KeyError, ValueError) as error:
            self.unread.append(Unread(model.name, str(error)))
            return self._of_text(model)
        return Meaning(
            digest("incremental", model.strategy, whole.rows, increment.rows),
            {
                name: digest("incremental", found, increment.column(name))
                for name, found in whole.columns.items()
            },
        )

    def of_sql(self, sql: str) -> Meaning:
        """Give the meaning of a query on relations of the project."""
        return meaning(self.qualified(sql), self.relations)

    def qualified(self, sql: str) -> exp.Expr:
        """Parse a query and let every column say of which relation it is."""
        return qualify(
            sqlglot.parse_one(sql, read=DIALECT),
            dialect=DIALECT,
            schema=self._schema,
            quote_identifiers=False,
            validate_qualify_columns=False,
            # sqlglot's choice between an alias and a column is not DuckDB's everywhere
            expand_alias_refs=False,
        )

    def _of_text(self, model: Model) -> Meaning:
        """Give what changes with every letter of a model that cannot be read, or of its parents."""
        return Meaning(digest("text", *_written(model), *self._inherited(model)), {})


def _itself(whole: Meaning, increment: Meaning) -> Meaning:
    """Give what an incremental model stands for within its increment."""
    added = increment.whole
    columns = {name: digest("itself", added, found) for name, found in whole.columns.items()}
    return Meaning(digest("itself", added, whole.rows), columns)


def _written(model: Model) -> tuple[str, ...]:
    return (model.sql, model.incremental_sql or "", model.strategy)


@cache
def formatted(sql: str) -> str:
    """Write SQL in one format, without comments; SQL that cannot be parsed stays as it is."""
    try:
        parsed = sqlglot.parse_one(sql, read=DIALECT)
    except SqlglotError:
        return sql
    return parsed.sql(dialect=DIALECT, pretty=True, comments=False)


def plain(relation: str) -> str:
    """Give the name of a relation without quotes."""
    return relation.replace('"', "").lower()


def of_seed(seed: Seed) -> Meaning:
    """Hash the columns of a seed, with its rows in the order of the first one."""
    header, *rows = filter(None, csv.reader(io.StringIO(seed.text)))
    rows.sort()
    columns = {
        name.lower(): digest("seed", seed.types.get(name, ""), *(row[place] for row in rows))
        for place, name in enumerate(header)
    }
    return Meaning(digest("seed", columns[header[0].lower()]), columns)
