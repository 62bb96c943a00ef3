"""The history of metrics: each value as first published, as it is now, and why it moved.

Rows are only ever added: a publication, a definition where it changed, a value where it is new or
moved. A period enters when it is complete, so that one still under way is never a restatement. What
moved a value lies between two publications that follow each other, so each is compared with the one
before it, not with the first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from product_health.semantics.periods import period_end
from product_health.semantics.units import rounded

LATE_DATA = "late data"
IDENTITY = "identity"
RULES = "rules"
TAKEN_BACK = "a load taken back"
UNEXPLAINED = "nothing that is known of changed"


@dataclass(frozen=True)
class Definition:
    """What a metric meant in a publication; `shape` is the fingerprint without rules of seeds."""

    metric: str
    run_id: str
    version: int
    fingerprint: str
    shape: str


@dataclass(frozen=True)
class Value:
    """A value of a metric from a publication on; `cause` is why it replaced the one before it.

    `also` are other causes that were there at the same time.
    """

    metric: str
    grain: str
    period_start: date
    run_id: str
    value: float | None
    cause: str | None = None
    also: str | None = None


@dataclass(frozen=True)
class History:
    """All rows so far, oldest first."""

    definitions: tuple[Definition, ...] = ()
    values: tuple[Value, ...] = ()

    def last_definitions(self) -> Mapping[str, Definition]:
        """Give each metric's definition in the last publication."""
        return {one.metric: one for one in self.definitions}

    def last_values(self) -> Mapping[tuple[str, str, date], Value]:
        """Give each value as it is now."""
        return {(one.metric, one.grain, one.period_start): one for one in self.values}

    def first_values(self) -> Mapping[tuple[str, str, date], Value]:
        """Give each value as it was first published."""
        return {(one.metric, one.grain, one.period_start): one for one in reversed(self.values)}


@dataclass(frozen=True)
class Reading:
    """A value of a complete period as it is now, and the last date that goes into it."""

    metric: str
    grain: str
    period_start: date
    period_end: date
    value: float | None


@dataclass(frozen=True)
class NewData:
    """What came since the publication before.

    `identity_from`: the first date of activity of an actor who counts as someone else now;
    `by_person`: metrics that identity goes into.
    """

    has_new_loads: bool = False
    has_fewer_loads: bool = False
    identity_from: date | None = None
    by_person: frozenset[str] = field(default_factory=frozenset)


def extended(
    before: History,
    definitions: Iterable[Definition],
    readings: Iterable[Reading],
    data: NewData,
) -> History:
    """Give the history with the rows of one more publication, whose run the definitions name."""
    now = {one.metric: one for one in definitions}
    then = before.last_definitions()
    known = before.last_values()
    values = list(before.values)
    found = list(readings)
    for reading in [*found, *_gone(found, known, now)]:
        last = known.get((reading.metric, reading.grain, reading.period_start))
        run_id = now[reading.metric].run_id
        fresh = (reading.metric, reading.grain, reading.period_start, run_id, reading.value)
        if last is None:
            if reading.value is not None:
                values.append(Value(*fresh))
        elif rounded(last.value) != rounded(reading.value):
            causes = _causes(then.get(reading.metric), now[reading.metric], reading, data)
            values.append(Value(*fresh, causes[0], ", ".join(causes[1:]) or None))
    changed = [one for one in now.values() if not _is_same(then.get(one.metric), one)]
    return History((*before.definitions, *changed), tuple(values))


def _gone(
    readings: Iterable[Reading],
    known: Mapping[tuple[str, str, date], Value],
    now: Mapping[str, Definition],
) -> Iterator[Reading]:
    """Give no value for periods that had one, and that metrics no longer have rows for."""
    grains = {one.metric: one.grain for one in readings}
    there = {(one.metric, one.grain, one.period_start) for one in readings}
    for key in sorted(known.keys() - there):
        metric, grain, start = key
        if metric in now and grains.get(metric, grain) == grain and known[key].value is not None:
            yield Reading(metric, grain, start, period_end(start, grain), None)


def _is_same(old: Definition | None, new: Definition) -> bool:
    return old is not None and (old.version, old.fingerprint, old.shape) == (
        *(new.version, new.fingerprint, new.shape),
    )


def _causes(old: Definition | None, new: Definition, reading: Reading, data: NewData) -> list[str]:
    """Give all that could have moved a value, the first of which is named as its cause."""
    found = []
    if old and old.version != new.version:
        found.append(f"definition v{old.version} -> v{new.version}")
    elif old and old.shape != new.shape:
        found.append(f"definition v{new.version}, changed without a new version")
    if old and old.fingerprint != new.fingerprint and old.shape == new.shape:
        found.append(RULES)
    begins = data.identity_from
    if reading.metric in data.by_person and begins is not None and begins <= reading.period_end:
        found.append(IDENTITY)
    if data.has_new_loads:
        found.append(LATE_DATA)
    if data.has_fewer_loads:
        found.append(TAKEN_BACK)
    return found or [UNEXPLAINED]
