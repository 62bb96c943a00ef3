"""Feature requests, who asks for them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.company import account_sql
from product_health.demo.mess import Shares, plant
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.people import INDIVIDUAL
from product_health.demo.rows import Rows, arrival, concat, make_rows, number, pick, time
from product_health.demo.words import TITLES

if TYPE_CHECKING:
    from product_health.demo.company import Accounts
    from product_health.demo.events import World
    from product_health.demo.params import Ints, Parameters

STREAM = 9
STATUSES = ("open", "planned", "shipped", "declined")


@dataclass
class Requests:
    """Feature requests by number; times in microseconds, -1 where a thing did not happen."""

    feature: Ints
    created: Ints
    planned: Ints
    shipped: Ints
    told: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.created)


def make_requests(world: World) -> Requests:
    """Return a request for every few accounts; half of them are planned, fewer shipped and told."""
    parameters = world.parameters
    rng = parameters.rng(STREAM)
    count = max(8, parameters.account_count // 6)
    created = parameters.start_us + (rng.random(count) * parameters.days * DAY).astype(np.int64)

    def later(base: Ints, low: int, high: int, share: float) -> Ints:
        at = base + rng.integers(low * DAY, high * DAY, count)
        happens = (base >= 0) & (rng.random(count) < share) & (at < parameters.end_us)
        return np.where(happens, at, -1)

    planned = later(created, 3, 60, 0.55)
    shipped = later(planned, 10, 120, 0.7)
    return Requests(
        feature=rng.integers(-1, len(parameters.product.features), count),
        created=created,
        planned=planned,
        shipped=shipped,
        told=later(shipped, 1, 20, 0.7),
    )


def request_rows(parameters: Parameters, requests: Requests) -> Rows:
    """Return a version of a request at each step."""
    rng = parameters.rng(STREAM, 1)
    steps = (
        (requests.created, 0),
        (requests.planned, 1),
        (requests.shipped, 2),
        (requests.told, 2),
    )
    parts = []
    for version, (at, status) in enumerate(steps):
        which = np.flatnonzero(at >= 0)
        nothing = np.full(len(which), -1, dtype=np.int64)
        parts.append(
            make_rows(
                "feedback_requests",
                {
                    "request": which,
                    "feature": requests.feature[which],
                    "status": np.full(len(which), status, dtype=np.int64),
                    "created": requests.created[which],
                    "shipped": requests.shipped[which] if version >= 2 else nothing,
                    "told": requests.told[which] if version >= 3 else nothing,
                },
                event=at[which],
                received=at[which] + rng.integers(MINUTE, HOUR, len(which)),
                key=which,
                version=np.full(len(which), version, dtype=np.int64),
            )
        )
    return plant(
        concat(parts), parameters, rng, Shares(0.02, 0.01, 0.01, 0.0, 0.01), ("feature", 4)
    )


def vote_rows(world: World, requests: Requests) -> Rows:
    """Who asks for what; popular requests get most of the votes."""
    parameters, people = world.parameters, world.actors.people
    rng = parameters.rng(STREAM, 2)
    voters = np.flatnonzero(people.kind <= INDIVIDUAL)
    count = max(len(requests) * 5, len(voters) // 4)
    request = (len(requests) * rng.random(count) ** 2).astype(np.int64)
    person = voters[rng.integers(0, len(voters), count)]
    pairs = np.unique(request * len(people) + person)
    request, person = pairs // len(people), pairs % len(people)
    first = np.maximum(requests.created[request], people.created[person]) + MINUTE
    at = first + (rng.exponential(30.0, len(pairs)) * DAY).astype(np.int64)
    inside = at < parameters.end_us
    request, person, at = request[inside], person[inside], at[inside]
    rows = make_rows(
        "feedback_votes",
        {"request": request, "person": person, "account": people.account[person]},
        event=at,
        received=arrival(rng, at, late_share=0.01),
    )
    return plant(rows, parameters, rng, Shares(0.01, 0.01, 0.0, 0.0, 0.006))


def request_select(parameters: Parameters) -> dict[str, str]:
    """Return SQL for each column of feedback_requests."""
    keys = [feature.key for feature in parameters.product.features]
    return {
        "request_id": number("req_", "request", 1_000),
        "title": pick(TITLES, f"request % {len(TITLES)}"),
        "feature_key": pick(keys, "feature"),
        "status": pick(STATUSES, "status"),
        "created_at": time("created"),
        "shipped_at": time("shipped"),
        "closed_loop_at": time("told"),
        "updated_at": time("event_us"),
    }


def vote_select(accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of feedback_votes."""
    return {
        "request_id": number("req_", "request", 1_000),
        "account_id": account_sql(accounts, "account"),
        "person_id": number("per_", "person"),
        "created_at": time("event_us"),
    }
