"""From which columns the values of a column come, through all models.

A value comes from every column that its expression names, whatever is done with it: an aggregate,
a part of a text, a condition of CASE, the order of a window. What only joins, filters or groups
rows gives no value. Where SQL cannot be looked into, a column may come from any of the project.
"""

from collections.abc import Iterator
from typing import NamedTuple

from product_health.compiled.project import CompiledProject, Model, Seed, Source
from product_health.meaning.digests import Notes, digest, noted
from product_health.meaning.hashing import Meaning, meaning
from product_health.meaning.project import ProjectMeaning, plain

# Stands for all columns of a relation whose columns are not known.
ANY = "*"


class Column(NamedTuple):
    """A column of a relation, by the id that dbt gives the relation."""

    relation: str
    name: str

    def __str__(self) -> str:
        """Give the names that people know: relation.column."""
        relation = self.relation.split(".", 2)[-1]
        unread = " (which cannot be looked into)" if self.name == ANY else ""
        return f"{relation}.{self.name}{unread}"


# What the columns of a query are made of: states of a project share most of their SQL.
_looked_into: dict[str, list[tuple[str, set[Column]]]] = {}


class Lineage:
    """The columns that each column of a project is made of directly."""

    def __init__(self, project: CompiledProject) -> None:
        """Look into all models, both branches of incremental ones."""
        self._meaning = ProjectMeaning(project)
        self._ends: dict[str, Column] = {}
        self._relations = {plain(node.relation): self._end(node) for node in project.relations()}
        self.parents: dict[Column, set[Column]] = {}
        for model in project.models:
            for name, parents in self._of_model(model):
                self.parents.setdefault(Column(model.unique_id, name), set()).update(parents)

    def column(self, relation: str, name: str) -> Column:
        """Give a column, which stands among all of its relation where its columns are not known."""
        found = Column(relation, name)
        return found if found in self._ends.values() else Column(relation, ANY)

    def readers(self) -> dict[Column, list[Column]]:
        """Give the columns that are made of each column directly."""
        found: dict[Column, list[Column]] = {}
        for column, parents in sorted(self.parents.items()):
            for parent in parents:
                found.setdefault(parent, []).append(column)
        return found

    def _end(self, node: Model | Seed | Source) -> Meaning:
        """Give a relation whose columns stand for themselves: lineage goes one model at a time."""
        names = self._meaning.relations[plain(node.relation)].columns
        columns = {name: digest("end", node.unique_id, name) for name in names}
        rows = digest("end", node.unique_id)
        # a column that is not known is made of the rows
        held = {rows: ANY} | {found: name for name, found in columns.items()}
        self._ends |= {found: Column(node.unique_id, name) for found, name in held.items()}
        return Meaning(rows, columns)

    def _of_model(self, model: Model) -> Iterator[tuple[str, set[Column]]]:
        names = self._relations[plain(model.relation)].columns
        if not names or model.has_hooks:
            # what a hook does to rows stands in no SELECT
            for name in (*names, ANY):
                yield name, set(self._ends.values())
            return
        for sql in filter(None, (model.sql, model.incremental_sql)):
            yield from self._of_sql(sql)

    def _of_sql(self, sql: str) -> list[tuple[str, set[Column]]]:
        read = [self._relations[name] for name in self._meaning.named_in(sql)]
        key = digest(sql, *(text for one in read for text in (one.rows, *one.columns.values())))
        if key not in _looked_into:
            with noted() as notes:
                found = meaning(self._meaning.qualified(sql), self._relations)
            _looked_into[key] = [
                (name, self._made_of(held, notes)) for name, held in found.columns.items()
            ]
        return _looked_into[key]

    def _made_of(self, held: str, notes: Notes) -> set[Column]:
        """Follow a hash down to the columns of relations that it is made of."""
        seen: set[str] = set()
        waiting = [held]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += notes.get(one, ())
        return {self._ends[one] for one in seen if one in self._ends}
