"""What every relation of a compiled project means, from the sources up."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from product_health.compiled.project import CompiledProject, Model, Seed
from product_health.meaning.digests import digest
from product_health.meaning.hashing import Meaning, meaning
from product_health.meaning.mappings import of_source
from product_health.meaning.remembered import Remembered

DIALECT = "duckdb"


@dataclass(frozen=True)
class Unread:
    """A part of the project whose meaning cannot be told from its SQL, and why."""

    name: str
    reason: str


class ProjectMeaning:
    """The meaning of each relation of a project, by its name without quotes."""

    def __init__(self, project: CompiledProject, kept: Path | None = None) -> None:
        """Read the project from its sources up; `kept` is a folder for what queries mean."""
        self.project = project
        self._remembered = Remembered(kept)
        self._told: dict[str, str] = {}
        self._named = {node.unique_id: plain(node.relation) for node in project.relations()}
        self.relations: dict[str, Meaning] = {}
        self.unread: list[Unread] = []
        self._schema = MappingSchema(dialect=DIALECT)
        for source in project.sources:
            self._add(source.relation, of_source(source))
        for seed in project.seeds:
            self._add(seed.relation, of_seed(seed))
        for model in project.models:
            self._add(model.relation, self._of_model(model))

    def _add(self, relation: str, found: Meaning) -> None:
        name = plain(relation)
        self.relations[name] = found
        told = (f"{key}={held}" for key, held in found.columns.items())
        self._told[name] = digest("relation", name, found.rows, *told)
        columns = dict.fromkeys(found.columns, "unknown")
        self._schema.add_table(exp.to_table(name, dialect=DIALECT), columns, match_depth=False)

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
        """Give the meaning of a query on relations of the project, from what is remembered."""
        read = (self._told[name] for name in self.named_in(sql))
        return self._remembered.find(
            digest("query", sql, *read), lambda: meaning(self.qualified(sql), self.relations)
        )

    def named_in(self, sql: str) -> list[str]:
        """Give the relations that a query reads, and perhaps more, but never less."""
        written = plain(sql)
        return [name for name in self._told if name.rpartition(".")[2] in written]

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
        inherited = (self._told[self._named[parent]] for parent in model.parents)
        written = (model.sql, model.incremental_sql or "", model.strategy)
        return Meaning(digest("text", *written, *inherited), {})


def _itself(whole: Meaning, increment: Meaning) -> Meaning:
    """Give what an incremental model stands for within its increment."""
    added = increment.whole
    columns = {name: digest("itself", added, found) for name, found in whole.columns.items()}
    return Meaning(digest("itself", added, whole.rows), columns)


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
