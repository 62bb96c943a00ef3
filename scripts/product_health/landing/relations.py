"""SELECTs over relations, in a locked DuckDB.

    known = relations_of(["incidents.csv"], reading)            # of relation_sources
    answer = select(known, "select number, opened_at from incidents", Desk(connection, scratch))
    answer.part                 # its rows, in the order of the result, for `connection`

Only what a query names is read, and once a desk. The query runs in a child process that reaches
these relations and nothing else, with limits on memory, time and disk.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.parse import describe
from product_health.landing.query_names import Name, names_in
from product_health.landing.query_says import ended, refusal
from product_health.landing.sources import Part, Progress
from product_health.sandbox.limits import Limits
from product_health.sandbox.process import Child

CHILD = "product_health.landing.query_child"
MEGABYTE = 1_000_000
# What a query may take: so much, and more where it reads much. Its result is compressed.
CPU_SECONDS, CPU_SECONDS_PER_MEGABYTE = 60, 1
FILE_BYTES, FILE_BYTES_PER_BYTE = 2 * 2**30, 4
MOST_NAMED = 20


@dataclass(frozen=True)
class Opened:
    """How a relation is read: a SELECT, the files that it reads, a DuckDB file to attach for it."""

    select_sql: str
    row_count: int | None = None  # counted where it is not known
    paths: tuple[Path, ...] = ()
    attach: tuple[str, Path] | None = None  # alias, file
    left_out: int = 0  # rows that cannot be split
    may_be_cut: bool = False  # its last line has no line end

    @property
    def size(self) -> int:
        """Bytes of what it is read from."""
        files = (*self.paths, *([self.attach[1]] if self.attach else ()))
        return sum(path.stat().st_size for path in files)


@dataclass
class Desk:
    """Where relations are opened: `scratch` takes what is read, `connection` reads answers."""

    connection: duckdb.DuckDBPyConnection
    scratch: Path
    progress: Progress = lambda _: None
    opened: dict[Callable[["Desk"], Opened], Opened] = field(default_factory=dict)
    _count: int = 0

    def path(self, name: str) -> Path:
        """Return a path in `scratch` that is not taken."""
        self._count += 1
        return self.scratch / f"{name}-{self._count}"

    def folder(self) -> Path:
        """Return a new folder in `scratch`."""
        folder = self.path("relation")
        folder.mkdir()
        return folder


@dataclass(frozen=True)
class Relation:
    """What a query may name: `label` says to people what it is, `open` reads it when it is named.

    Several names may share what they open, as a table is called both by its schema and without.
    `paths` are the user's files that it is made of.
    """

    name: Name
    label: str
    open: Callable[[Desk], Opened]
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The result of a query: its rows, and how many rows it read of which relation."""

    part: Part
    read: dict[str, int]
    left_out: int  # rows that cannot be split
    may_be_cut: bool


def select(
    known: Sequence[Relation], query: str, desk: Desk, *, limits: Limits | None = None
) -> Answer:
    """Run a SELECT over relations; UserError, with what to do, where it cannot be run.

    `limits` are by default by the size of what is read.
    """
    wanted = named(known, query)
    opened = [_open(relation, desk) for relation in wanted]
    target = desk.path("answer").with_suffix(".duckdb")
    limits = limits or _limits({one.select_sql: one.size for one in opened}.values())
    question = {
        "sql": query,
        "target": str(target),
        "temp": str(desk.path("spilled")),
        "attach": sorted({(one.attach[0], str(one.attach[1])) for one in opened if one.attach}),
        "paths": sorted({name for one in opened for path in one.paths for name in _spelled(path)}),
        "views": [_view(one.name, how) for one, how in zip(wanted, opened, strict=True)],
    }
    said = _answered(question, limits)
    if "error" in said:
        raise UserError(refusal(said["kind"], said["error"], there_are(known)))
    return Answer(
        _part(desk.connection, target, said["row_count"]),
        {str(one.name): rows for one, rows in zip(wanted, said["read"], strict=True)},
        sum(how.left_out for how in opened),
        any(how.may_be_cut for how in opened),
    )


def named(known: Sequence[Relation], query: str) -> list[Relation]:
    """Return the relations that a SELECT names, as it names them.

    UserError where it is not one SELECT, names what is not there, or nothing.
    """
    by_key = {relation.name.key: relation for relation in known}
    names, local = names_in(query)
    found = []
    for name in names:
        schema, table = name.key
        relation = by_key.get(name.key) or by_key.get(("" if schema == "main" else schema, table))
        if relation:
            found.append(replace(relation, name=name))
        elif schema or table not in local:
            raise UserError(_unknown(known, name))
    if not found:
        message = f"it reads no relation; {there_are(known)}"
        raise UserError(message)
    return found


def _unknown(known: Sequence[Relation], name: Name) -> str:
    if "/" in name.table or "." in name.table:
        what = f"it names the file {name.table!r}, but reads relations only, by their names"
        return f"{what}: give the file with --from; {there_are(known)}"
    names = [str(relation.name) for relation in known]
    near = get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no relation {name}{hint}; {there_are(known)}"


def there_are(known: Sequence[Relation]) -> str:
    """Say which relations a query may name."""
    told = [f"{relation.name} ({relation.label})" for relation in known[:MOST_NAMED]]
    more = len(known) - len(told)
    return f"there are {', '.join(told) or 'none'}" + (f" and {more} more" if more else "")


def _open(relation: Relation, desk: Desk) -> Opened:
    if relation.open not in desk.opened:
        desk.opened[relation.open] = relation.open(desk)
    return desk.opened[relation.open]


def _part(connection: duckdb.DuckDBPyConnection, target: Path, row_count: int) -> Part:
    alias = sql.identifier(target.stem)
    connection.execute(f"attach {sql.text(str(target))} as {alias} (read_only)")
    rows = f"select * from {alias}.rows"
    return Part("the result of --query", rows, describe(connection, rows), row_count)


def _answered(question: dict[str, Any], limits: Limits) -> dict[str, Any]:
    with Child(CHILD, limits, str(limits.cpu_seconds), str(limits.file_bytes)) as child:
        try:
            return child.ask(question)
        except UserError as error:
            raise UserError(ended(str(error))) from error


def _view(name: Name, opened: Opened) -> dict[str, str | int | None]:
    return {
        "schema": name.schema,
        "table": name.table,
        "select_sql": opened.select_sql,
        "row_count": opened.row_count,
    }


def _spelled(path: Path) -> tuple[str, str]:
    """Return a path as it is, and as SQL spells it: DuckDB compares both with what it may read."""
    return str(path), sql.unpatterned(path)


def _limits(sizes: Iterable[int]) -> Limits:
    size = sum(sizes)
    seconds = CPU_SECONDS + CPU_SECONDS_PER_MEGABYTE * size // MEGABYTE
    return Limits(seconds, FILE_BYTES + FILE_BYTES_PER_BYTE * size)
