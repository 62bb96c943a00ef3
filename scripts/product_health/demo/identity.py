"""What actors are called, and the links that say later which person an actor was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from product_health.demo.mess import Shares, plant
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.people import BOT, CYCLE, CYCLE_SIZES, INDIVIDUAL, MEMBER, TEST, VISITOR
from product_health.demo.rows import CODE, Rows, landed, make_rows, time

if TYPE_CHECKING:
    from product_health.demo.params import Bools, Ints, Parameters
    from product_health.demo.people import People

STREAM = 4
# Actors that no rule names: one is found by its volume, the other stays just within the bound.
VOLUME_BOT, HEAVY_USER = 0, 1


@dataclass
class Actors:
    """All doers by number: the people themselves, then anonymous actors, devices and services.

    linked is, by person, when its anonymous actor becomes known (microseconds; 0: has none).
    """

    people: People
    owner: Ints
    device_of: Ints
    linked: Ints
    anonymous_of: Ints
    first_linked: Ints

    @property
    def anonymous_start(self) -> int:
        """Number of the first anonymous actor."""
        return len(self.people)

    @property
    def device_start(self) -> int:
        """Number of the first device."""
        return self.anonymous_start + len(self.owner)

    @property
    def service_start(self) -> int:
        """Number of the first service."""
        return self.device_start + int((self.device_of >= 0).sum())

    def __len__(self) -> int:
        """Return how many there are."""
        return self.service_start + 2


def make_actors(parameters: Parameters, people: People) -> Actors:
    """Return the actors: a third of the people were anonymous first, some behind a device."""
    rng = parameters.rng(STREAM)
    is_candidate = (people.kind == MEMBER) | (people.kind == INDIVIDUAL)
    owner = np.flatnonzero(is_candidate & (rng.random(len(people)) < 0.33))
    slow = np.where(rng.random(len(owner)) < 0.3, rng.integers(5, 45, len(owner)), 0)
    base = np.maximum(people.created[owner], parameters.start_us)
    at = base + slow * DAY + rng.integers(2 * MINUTE, 3 * DAY, len(owner))
    has_device = rng.random(len(owner)) < 0.2
    linked = np.zeros(len(people), dtype=np.int64)
    linked[owner] = at
    anonymous_of = np.full(len(people), -1, dtype=np.int64)
    anonymous_of[owner] = len(people) + np.arange(len(owner))
    devices = np.cumsum(has_device) - 1 + len(people) + len(owner)
    return Actors(
        people=people,
        owner=owner,
        device_of=np.where(has_device, devices, -1),
        linked=linked,
        anonymous_of=anonymous_of,
        first_linked=at,
    )


def actor_sql(actors: Actors, product_prefix: str, column: str) -> str:
    """Return SQL for an actor's identifier."""
    kind = actors.people.kind
    known, visitors, loops = (int((kind <= k).sum()) for k in (TEST, VISITOR, CYCLE))
    return (
        f"case when {column} < {known} then 'per_' || (100000 + {column}) "
        f"when {column} < {visitors} then 'visitor_' || (100000 + {column}) "
        f"when {column} < {loops} then 'loop_' || (100000 + {column}) "
        f"when {column} < {actors.anonymous_start} then '{product_prefix}' || {column} "
        f"when {column} < {actors.device_start} then 'anon_' || (100000 + {column}) "
        f"when {column} < {actors.service_start} then 'device_' || (100000 + {column}) "
        f"when {column} = {actors.service_start} then 'svc_monitor' else 'svc_import' end"
    )


def link_rows(parameters: Parameters, actors: Actors) -> Rows:
    """Links of anonymous actors, direct or by a device; contradicting ones; a few cycles."""
    rng = parameters.rng(STREAM, 1)
    anonymous = actors.anonymous_start + np.arange(len(actors.owner))
    has_device = actors.device_of >= 0
    target = np.where(has_device, actors.device_of, actors.owner)
    chained = np.flatnonzero(has_device)
    contradicted = np.flatnonzero(rng.random(len(actors.owner)) < 0.04)
    other = rng.permutation(actors.owner)[contradicted] if len(actors.owner) else contradicted
    first = actors.first_linked
    actor = [anonymous, actors.device_of[chained], anonymous[contradicted]]
    person = [target, actors.owner[chained], other]
    at = [
        first,
        first[chained] + rng.integers(MINUTE, 2 * HOUR, len(chained)),
        first[contradicted] + rng.integers(DAY, 30 * DAY, len(contradicted)),
    ]
    ring_actor, ring_person = _rings(actors.people)
    actor.append(ring_actor)
    person.append(ring_person)
    at.append(parameters.start_us + HOUR * (2 + np.arange(len(ring_actor))))
    links = _Links(np.concatenate(actor), np.concatenate(person), np.concatenate(at))
    return _as_rows(parameters, rng, actors.people, links)


class _Links(NamedTuple):
    actor: Ints
    person: Ints
    at: Ints


def _as_rows(
    parameters: Parameters, rng: np.random.Generator, people: People, links: _Links
) -> Rows:
    inside = links.at < parameters.end_us
    actor, person, at = (values[inside] for values in links)
    count = len(at)
    late = rng.random(count) < 0.05
    delay = np.where(late, rng.integers(DAY, 20 * DAY, count), rng.integers(MINUTE, HOUR, count))
    in_ring = np.isin(actor, np.flatnonzero(people.kind == CYCLE))
    rows = make_rows(
        "usage_identities",
        {"actor": actor, "person": person},
        event=at,
        received=at + np.where(in_ring, HOUR, delay),
    )
    rows.kind[in_ring] = CODE["identity_cycle"]
    return plant(rows, parameters, rng, Shares(0.01, 0.01, 0.0, 0.0, 0.006))


def _rings(people: People) -> tuple[Ints, Ints]:
    """Links that go round: each actor of a ring is the next one."""
    actors = np.flatnonzero(people.kind == CYCLE)
    following, start = [], 0
    for size in CYCLE_SIZES:
        following.append(np.roll(actors[start : start + size], -1))
        start += size
    return actors, np.concatenate(following)


def link_select(actor_of: str, person_of: str) -> dict[str, str]:
    """Return SQL for each column of usage_identities."""
    return {"actor_id": actor_of, "person_id": person_of, "linked_at": time("event_us")}


def resolve(parameters: Parameters, actors: Actors, rows: Rows, loads: int) -> tuple[Ints, Bools]:
    """Person of every actor after so many loads, and who is in a cycle.

    The earliest link counts and is followed to its end; whoever goes round is a person of its own.
    """
    present = landed(rows, parameters, loads)
    stated = np.isin(present.kind, [CODE["sound"], CODE["identity_cycle"]])
    links = present.take(stated)
    links = links.take(np.argsort(-links.event, kind="stable"))
    step = np.arange(len(actors), dtype=np.int64)
    step[links.columns["actor"]] = links.columns["person"]
    end = step
    for _ in range(8):
        end = step[end]
    in_cycle = step[end] != end
    return np.where(in_cycle, np.arange(len(actors)), end), in_cycle


def excluded_by_name(actors: Actors) -> Bools:
    """Actors whom a rule excludes by their name or their volume."""
    result = np.zeros(len(actors), dtype=bool)
    result[np.flatnonzero(actors.people.kind == BOT)] = True
    result[actors.service_start + VOLUME_BOT] = True
    return result
