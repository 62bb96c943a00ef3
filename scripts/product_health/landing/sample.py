"""The first rows of an input: what its columns may be, for advice; nothing is judged by it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import duckdb

from product_health.contract import Column
from product_health.landing import sql
from product_health.landing.convert import INTEGER, TIMES, bounded, convert
from product_health.landing.fit import EPOCHS_BY_DIGITS
from product_health.landing.parse import INTERNAL
from product_health.landing.sources import Part

ROWS = 10_000
DEEPEST = 3  # objects around an array that is looked for
OWN_NAME = 0.1  # share of rows in which a column holds its name, of a first row that is no header
FITTING = 0.9  # share of values that parse, of a column that may be meant


@dataclass(frozen=True)
class Counts:
    """How many rows there are, with a value, and with different ones."""

    rows: int
    given: int
    distinct: int

    @property
    def is_unique(self) -> bool:
        """Whether each row has a value of its own."""
        return 0 < self.rows == self.distinct


@dataclass(frozen=True)
class Array:
    """An array of objects within an object: where it is, and the keys of its first element."""

    path: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """The first rows of a part, read when a question is asked."""

    connection: duckdb.DuckDBPyConnection
    part: Part
    _counts: dict[str, Counts] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How the input is named in messages."""
        return self.part.label

    @property
    def types(self) -> Mapping[str, str]:
        """The columns of the input with their DuckDB types."""
        return self.part.types

    def counts(self, name: str) -> Counts:
        """Return how often a column has a value, and a different one."""
        if name not in self._counts:
            value = sql.identifier(name)
            asked = f"count(*), count({value}), count(distinct {value})"
            self._counts[name] = Counts(*self._asked(asked))
        return self._counts[name]

    def spec(self, name: str, column: Column) -> str | None:
        """Return how `--map` names an input column for a column of the contract.

        None where hardly a value of it would parse.
        """
        value, kind = sql.identifier(name), self.types[name]
        parsed = bounded(convert(value, kind, column.data_type), column.data_type)
        text = f"cast({value} as varchar)"
        digits = [
            f"count(*) filter (where regexp_full_match({text}, {sql.text(INTEGER)}) "
            f"and length(split_part(trim({text}), '.', 1)) = {count})"
            for count in EPOCHS_BY_DIGITS
        ]
        given, fitting, *epochs = self._asked(
            f"count({value}), count({parsed}), {', '.join(digits)}"
        )
        enough = max(1, FITTING * given)
        if fitting >= enough:
            return name
        if column.data_type in TIMES:
            found = zip(EPOCHS_BY_DIGITS.values(), epochs, strict=True)
            return next((f"{name}:{epoch}" for epoch, count in found if count >= enough), None)
        return None

    @cached_property
    def has_values_for_names(self) -> bool:
        """Whether a column of a CSV file holds its own name now and then, as no header does."""
        if not self.part.files or any(file.is_json for file in self.part.files):
            return False
        names = [name for name in self.types if name not in INTERNAL]
        same = [f"{sql.identifier(name)} is not distinct from {sql.text(name)}" for name in names]
        counts = (f"count(*) filter (where {one})" for one in same)
        # a header that is repeated among the rows is one all the same
        rest = f"not ({' and '.join(same)})"
        rows, *found = self._asked(f"count(*), {', '.join(counts)}", where=rest)
        return any(count > OWN_NAME * rows for count in found)

    def _asked(self, what: str, where: str = "true") -> tuple[int, ...]:
        rows = f"select * from ({self.part.select_sql}) limit {ROWS}"
        asked = f"select {what} from ({rows}) where {where}"
        return tuple(self.connection.execute(asked).fetchall()[0])

    @cached_property
    def array(self) -> Array | None:
        """The first array of objects in the first row, where each file is one JSON object."""
        files = [file for file in self.part.files if file.is_json]
        if not files or self.part.row_count != len(files):
            return None
        rows = self.connection.execute(f"select * from ({self.part.select_sql}) limit 1").fetchall()
        values = zip(self.types, rows[0], strict=True)
        return next(_arrays({name: _decoded(value) for name, value in values}), None)


def _decoded(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def _arrays(found: dict[str, object], path: tuple[str, ...] = ()) -> Iterator[Array]:
    """Yield the arrays of objects in an object, those near its surface first."""
    for name, value in found.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield Array((*path, name), tuple(value[0]))
    for name, value in found.items():
        if isinstance(value, dict) and len(path) < DEEPEST:
            yield from _arrays(value, (*path, name))
