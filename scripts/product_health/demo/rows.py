"""Rows on their way to the landing folder: columns as numbers, and SQL that spells them out.

Numbers keep fifty million rows cheap. Spelling them out (``per_100017`` for 17) is left to DuckDB,
when a load is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from product_health.demo.params import Bools, Ints, Parameters

ACCEPTED, SUPERSEDED, DUPLICATE, CONFLICTING, QUARANTINED = range(5)
OUTCOMES = ("accepted", "superseded", "duplicate", "conflicting", "quarantined")
# What becomes of rows without versions; of versions see `outcomes`.
KINDS: dict[str, int] = {
    "sound": ACCEPTED,
    "repeat": DUPLICATE,
    "redelivered": DUPLICATE,
    "changed_later": CONFLICTING,
    "changed_same_load": CONFLICTING,
    "same_id_other_time": ACCEPTED,
    "bad_value": ACCEPTED,
    "future_clock": QUARANTINED,
    "identity_cycle": QUARANTINED,
    "bad_time": QUARANTINED,
    "missing_id": QUARANTINED,
    "ragged": QUARANTINED,
    "score_out_of_range": QUARANTINED,
    "score_fraction": QUARANTINED,
    "score_missing": QUARANTINED,
}
KIND_NAMES = tuple(KINDS)
CODE = {name: number for number, name in enumerate(KIND_NAMES)}
OUTCOME_OF_KIND = np.array(list(KINDS.values()), dtype=np.int8)
MALFORMED = tuple(CODE[name] for name in ("bad_time", "missing_id", "ragged"))
# What is no value of its column, so that it takes text to say it.
AS_TEXT = (*MALFORMED, CODE["bad_value"])


@dataclass
class Rows:
    """Rows of one entity.

    columns holds numbers (-1: empty); received and event are microseconds since 1970; key and
    version are numbers that are equal where the entity's key and version are; kind is a CODE.
    """

    entity: str
    columns: dict[str, NDArray[np.generic]]
    received: Ints
    event: Ints
    key: Ints
    version: Ints
    kind: NDArray[np.int8]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.received)

    def take(self, chosen: Ints | Bools) -> Rows:
        """Return the rows at these positions, or where a mask is true."""
        return replace(
            self,
            columns={name: values[chosen] for name, values in self.columns.items()},
            received=self.received[chosen],
            event=self.event[chosen],
            key=self.key[chosen],
            version=self.version[chosen],
            kind=self.kind[chosen],
        )

    def marked(self, kind: str) -> Rows:
        """Return the same rows, all of one kind."""
        return replace(self, kind=np.full(len(self), CODE[kind], dtype=np.int8))

    def sorted(self) -> Rows:
        """By time of arrival; rows that arrive together keep their order."""
        return self.take(np.argsort(self.received, kind="stable").astype(np.int64))


def make_rows(  # noqa: PLR0913
    entity: str,
    columns: Mapping[str, NDArray[np.generic]],
    *,
    event: Ints,
    received: Ints,
    key: Ints | None = None,
    version: Ints | None = None,
) -> Rows:
    """Sound rows; without a key every row has its own."""
    count = len(event)
    return Rows(
        entity=entity,
        columns=dict(columns),
        received=received.astype(np.int64),
        event=event.astype(np.int64),
        key=np.arange(count, dtype=np.int64) if key is None else key,
        version=np.zeros(count, dtype=np.int64) if version is None else version,
        kind=np.zeros(count, dtype=np.int8),
    )


def concat(parts: Sequence[Rows]) -> Rows:
    """Rows of the same entity, one part after the other."""
    first = parts[0]
    return Rows(
        entity=first.entity,
        columns={
            name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns
        },
        received=np.concatenate([part.received for part in parts]),
        event=np.concatenate([part.event for part in parts]),
        key=np.concatenate([part.key for part in parts]),
        version=np.concatenate([part.version for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
    )


def outcomes(rows: Rows) -> NDArray[np.int8]:
    """Return what must become of each row, once all of these have been landed."""
    result = OUTCOME_OF_KIND[rows.kind]
    if not rows.version.any():
        return result
    sound = np.flatnonzero(result != QUARANTINED)
    # the last row of a version counts, and the last version of a key
    ordered = sound[np.lexsort((rows.received[sound], rows.version[sound], rows.key[sound]))]
    key, version = rows.key[ordered], rows.version[ordered]
    is_last_of_key = np.append(key[1:] != key[:-1], True)
    is_last = np.append(version[1:] != version[:-1], True) | is_last_of_key
    counting = ordered[is_last][np.cumsum(is_last) - is_last]
    same = np.ones(len(ordered), dtype=bool)
    for values in rows.columns.values():
        same &= values[ordered] == values[counting]
    result[ordered] = np.where(same, DUPLICATE, CONFLICTING)
    result[ordered[is_last]] = np.where(is_last_of_key[is_last], ACCEPTED, SUPERSEDED)
    return result


def landed(rows: Rows, parameters: Parameters, loads: int) -> Rows:
    """Return the rows that the first so many loads bring."""
    return rows.take(parameters.loads_of(rows.received) < loads)


def arrival(rng: np.random.Generator, event: Ints, late_share: float = 0.02) -> Ints:
    """When rows arrive: within ten minutes, but for a share that takes up to twenty days."""
    minute, day = 60_000_000, 86_400_000_000
    prompt = rng.integers(1_000_000, 10 * minute, len(event))
    late = rng.integers(2 * day, 20 * day, len(event))
    return np.asarray(event + np.where(rng.random(len(event)) < late_share, late, prompt))


def number(prefix: str, column: str, offset: int = 100_000) -> str:
    """Return SQL for an identifier made of a prefix and a number; NULL where the number is -1."""
    return f"case when {column} >= 0 then '{prefix}' || ({offset} + {column}) end"


def pick(values: Sequence[str], column: str) -> str:
    """Return SQL for one of several texts; NULL where the number is -1."""
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"([{quoted}])[{column} + 1]"


def time(column: str) -> str:
    """Return SQL for a time from microseconds; NULL where it is -1."""
    return f"case when {column} >= 0 then make_timestamp({column}) end"
