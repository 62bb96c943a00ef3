"""A review: two states of the project held against each other, on the same raw rows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from product_health.lock.values import ALL, Value, uncomputed, values
from product_health.meaning.changes import Part
from product_health.meaning.definitions import Definitions, Split, at_shortest, shared_split
from product_health.review.downstream import MartChange, changed_marts, deprecations, readers
from product_health.review.findings import (
    BREAKING,
    NO_DATA,
    NONE,
    RESTATES,
    UNKNOWN,
    Touched,
    touched,
)
from product_health.review.numbers import Numbers
from product_health.semantics.catalogue import Metric
from product_health.workbench.bench import QueryError, Workbench
from product_health.workbench.rows import RawRows


@dataclass(frozen=True)
class Review:
    """What a change does: metrics that it touches, marts, deprecations, and where time went."""

    base: str
    head: str
    data: str
    metrics: tuple[Touched, ...]
    untouched: int
    marts: tuple[MartChange, ...]
    deprecations: tuple[str, ...]
    seconds: dict[str, float]

    def count(self, **facts: object) -> int:
        """Count the touched metrics of which these facts hold."""
        return sum(
            all(getattr(metric, name) == value for name, value in facts.items())
            for metric in self.metrics
        )

    @property
    def verdict(self) -> str:
        """Say in a line what the change does."""
        if not self.metrics:
            return f"No metric is touched: all {self.untouched} mean what they meant."
        counts = {
            "restate": (self.count(value=RESTATES), "restates the past", "restate the past"),
            "unknown": (self.count(value=UNKNOWN), "cannot be judged", "cannot be judged"),
            "no data": (self.count(value=NO_DATA), "has no data here", "have no data here"),
            "breaking": (
                self.count(interface=BREAKING),
                "breaks its readers",
                "break their readers",
            ),
            "unversioned": (
                self.count(is_unversioned=True),
                "lacks a new version",
                "lack a new version",
            ),
            "deprecated": (
                self.count(is_newly_deprecated=True),
                "is deprecated now",
                "are deprecated now",
            ),
        }
        told = [
            f"{count} {one if count == 1 else many}"
            for count, one, many in counts.values()
            if count
        ]
        touched_ = f"{len(self.metrics)} metric{'s' if len(self.metrics) > 1 else ''} touched"
        return f"{touched_}: {', '.join(told) or 'no number and no reader is affected'}."

    @property
    def parts(self) -> list[tuple[Part, list[str]]]:
        """What is written differently, each once, with the metrics that it touches."""
        found: dict[Part, list[str]] = {}
        for metric in self.metrics:
            for part in metric.parts:
                found.setdefault(part, []).append(metric.name)
        return list(found.items())

    @property
    def restating(self) -> list[Touched]:
        """The metrics whose past is another one now, first what moves most for what it is."""
        found = [one for one in self.metrics if one.value == RESTATES and one.every]
        return sorted(found, key=lambda one: -one.every.weight if one.every else 0.0)

    @property
    def detailed(self) -> list[Touched]:
        """The metrics about which there is more to say than that their text changed."""
        return [
            one
            for one in self.metrics
            if one.interface != NONE or one.value != NONE or one.unread or one.interface_changes
        ]

    def fails(self, level: str) -> bool:
        """Whether the review fails at a level: none, breaking, restates or unversioned."""
        return {
            "none": False,
            "breaking": self.count(interface=BREAKING) > 0,
            "restates": self.count(value=RESTATES) + self.count(value=UNKNOWN) > 0,
            "unversioned": self.count(is_unversioned=True) > 0,
        }[level]


@dataclass
class Stopwatch:
    """Where the time of a review goes, in seconds by part."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, part: str) -> Iterator[None]:
        """Add the time of a block to a part."""
        started = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - started


@dataclass(frozen=True)
class Side:
    """A state of the project, and what to call it."""

    name: str
    definitions: Definitions


@dataclass(frozen=True)
class Data:
    """Raw rows to compute on, and what to call them."""

    name: str
    rows: RawRows


def review(base: Side, head: Side, data: Data, today: date, watch: Stopwatch) -> Review:
    """Compare two states on the same raw rows."""
    old, new = base.definitions, head.definitions
    with watch.time("meaning"):
        found = list(touched(old, new))
        marts = changed_marts(old, new)
    with watch.time("numbers"), Workbench(data.rows) as bench:
        found = [_with_numbers(one, old, new, bench, data.name) for one in found]
    found = [replace(one, downstream=_readers(one, old, new)) for one in found]
    return Review(
        base=base.name,
        head=head.name,
        data=data.name,
        metrics=tuple(found),
        untouched=len(new.catalogue.metrics.keys() - {one.name for one in found}),
        marts=tuple(marts),
        deprecations=tuple(deprecations(new, today)),
        seconds=watch.seconds,
    )


def _readers(one: Touched, base: Definitions, head: Definitions) -> dict[str, list[str]]:
    sides = [(one.old, base), (one.new, head)]
    found: dict[str, list[str]] = {}
    for metric, definitions in sides:
        if metric:
            for kind, names in readers(metric, definitions).items():
                found[kind] = sorted({*found.get(kind, []), *names})
    return found


def _with_numbers(
    one: Touched, base: Definitions, head: Definitions, bench: Workbench, rows: str
) -> Touched:
    """Compute a metric on both sides, unless it means the same; a new one must be computable."""
    if one.new is None or (one.old and one.value == NONE):
        return one
    split = shared_split(one.old or one.new, one.new)
    shortest = at_shortest(split, one.old or one.new, one.new)
    try:
        after = [values(bench, head, one.new, each) for each in (split, shortest)]
    except QueryError as error:
        told = uncomputed(head, one.new, rows, error)
        return replace(one, problem=str(error), broken=told)
    if one.old is None:
        return one
    try:
        before = [values(bench, base, one.old, each) for each in (split, shortest)]
        margins = _margins(one.old, base, bench, split)
    except QueryError as error:
        return replace(one, problem=f"before: {error}")
    numbers = Numbers(one.new.unit, split.grain, before[0], after[0], margins)
    every = Numbers(one.new.unit, shortest.grain, before[1], after[1], {})
    # what moves only between the ends of the periods that are shown is shown itself
    return replace(one, numbers=every if numbers.is_same else numbers, every=every)


def _margins(old: Metric, base: Definitions, bench: Workbench, split: Split) -> dict[str, Value]:
    if not old.margin:
        return {}
    found = values(bench, base, base.catalogue.metrics[old.margin], Split(split.grain, ()))
    return found.get(ALL, {})
