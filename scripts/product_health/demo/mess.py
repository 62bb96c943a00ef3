"""The mess of real life, planted on sound rows and marked, so that it can be counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.params import DAY, HOUR, LATEST_ARRIVAL_DAYS, MINUTE
from product_health.demo.rows import CODE, MALFORMED, Rows, concat

if TYPE_CHECKING:
    from product_health.demo.params import Ints, Parameters


@dataclass(frozen=True)
class Shares:
    """Share of the sound rows on which each kind of mess is planted."""

    repeat: float = 0.003
    redelivered: float = 0.002
    changed: float = 0.001
    future: float = 0.0
    malformed: float = 0.001


def plant(
    rows: Rows,
    parameters: Parameters,
    rng: np.random.Generator,
    shares: Shares,
    changes: tuple[str, int] | None = None,
) -> Rows:
    """Return the rows with copies of some of them that a warehouse must not count.

    changes is a column and how many values it knows: a changed repeat has another of them.
    """
    parts = [rows, _repeated(rows, rng, shares.repeat), _redelivered(rows, rng, shares.redelivered)]
    if changes is not None:
        parts.append(_changed(rows, parameters, rng, shares.changed, changes))
    if shares.future:
        parts.append(_future(rows, rng, shares.future))
    parts += [_malformed(rows, rng, shares.malformed, kind) for kind in MALFORMED]
    return concat([part for part in parts if len(part)]) if len(rows) else rows


def sample(rng: np.random.Generator, count: int, share: float) -> Ints:
    """Positions of a share of so many rows, in ascending order; one or more of ten."""
    wanted = max(round(count * share), 1 if share and count >= 10 else 0)
    return np.sort(rng.choice(count, size=min(wanted, count), replace=False)).astype(np.int64)


def _repeated(rows: Rows, rng: np.random.Generator, share: float) -> Rows:
    copies = rows.take(sample(rng, len(rows), share)).marked("repeat")
    return replace(copies, received=copies.received + rng.integers(0, MINUTE, len(copies)))


def _redelivered(rows: Rows, rng: np.random.Generator, share: float) -> Rows:
    copies = rows.take(sample(rng, len(rows), share)).marked("redelivered")
    delay = rng.integers(DAY, LATEST_ARRIVAL_DAYS * DAY, len(copies))
    return replace(copies, received=copies.received + delay)


def _changed(
    rows: Rows,
    parameters: Parameters,
    rng: np.random.Generator,
    share: float,
    changes: tuple[str, int],
) -> Rows:
    """Repeats with another content; in a later load, so that it is plain which one counts."""
    ends = parameters.load_ends()
    loads = parameters.loads_of(rows.received)
    end = ends[np.minimum(loads, len(ends) - 1)]
    near = np.flatnonzero((loads < len(ends)) & (end - rows.received < LATEST_ARRIVAL_DAYS * DAY))
    chosen = near[rng.random(len(near)) < share * 10]
    copies = rows.take(chosen).marked("changed_later")
    column, size = changes
    columns = dict(copies.columns)
    columns[column] = ((columns[column].astype(np.int64) + 1) % size).astype(columns[column].dtype)
    received = end[chosen] + rng.integers(MINUTE, HOUR, len(copies))
    return replace(copies, columns=columns, received=received)


def _future(rows: Rows, rng: np.random.Generator, share: float) -> Rows:
    """Rows whose clock is hours to a year ahead of their arrival; their keys are not used again."""
    copies = rows.take(sample(rng, len(rows), share)).marked("future_clock")
    ahead = rng.integers(2 * HOUR, 400 * DAY, len(copies))
    return replace(copies, event=copies.received + ahead)


def _malformed(rows: Rows, rng: np.random.Generator, share: float, kind: int) -> Rows:
    copies = rows.take(sample(rng, len(rows), share / len(MALFORMED)))
    name = next(name for name, number in CODE.items() if number == kind)
    return replace(
        copies.marked(name), received=copies.received + rng.integers(0, MINUTE, len(copies))
    )
