"""Experiments and who was exposed to which variant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from product_health.demo.mess import Shares, plant
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.people import INDIVIDUAL
from product_health.demo.rows import Rows, arrival, concat, make_rows, number, pick, time

if TYPE_CHECKING:
    from product_health.demo.events import World
    from product_health.demo.params import Parameters

STREAM = 10
EVEN = {"control": 0.5, "treatment": 0.5}


class Plan(NamedTuple):
    """An experiment: planned shares of its variants, and those that come about; times in days."""

    name: str
    surface: str
    metric: str
    planned: dict[str, float]
    actual: tuple[float, ...]
    start: int
    length: int


PLANS = (
    Plan("Shorter sign-up", "sign_up", "onboarded", EVEN, (0.5, 0.5), 30, 35),
    Plan("Board templates", "boards", "adoption_boards", EVEN, (0.5, 0.5), 80, 42),
    Plan(
        "Search first",
        "home",
        "searches",
        {"control": 0.5, "bar": 0.25, "page": 0.25},
        (0.5, 0.25, 0.25),
        120,
        40,
    ),
    Plan("New navigation", "home", "sessions", EVEN, (0.57, 0.43), 140, 45),
    Plan(
        "Gentle upgrade hint",
        "billing",
        "upgrades",
        {"control": 0.8, "treatment": 0.2},
        (0.8, 0.2),
        210,
        60,
    ),
    Plan("Summaries in tasks", "tasks", "adoption_ai_summaries", EVEN, (0.5, 0.5), 300, 60),
)
# The one whose shares come about otherwise than planned.
MISMATCHED = 3
STATUSES = ("draft", "running", "decided")
VARIANTS = ("control", "treatment", "bar", "page")


def running(parameters: Parameters) -> list[int]:
    """Experiments that start before the end, by number."""
    return [number_ for number_, plan in enumerate(PLANS) if plan.start < parameters.days]


def experiment_rows(parameters: Parameters) -> Rows:
    """Return a version each when planned, when started and when decided."""
    rng = parameters.rng(STREAM)
    plans = np.array(running(parameters), dtype=np.int64)
    start = np.array([PLANS[plan].start for plan in plans], dtype=np.int64)
    length = np.array([PLANS[plan].length for plan in plans], dtype=np.int64)
    days = (np.maximum(start - 10, 0), start, start + length + 5)
    parts = []
    for version, day in enumerate(days):
        at = parameters.start_us + day * DAY + 9 * HOUR + version * HOUR
        inside = at < parameters.end_us
        parts.append(
            make_rows(
                "experiments",
                {
                    "experiment": plans[inside],
                    "status": np.full(int(inside.sum()), version, dtype=np.int64),
                    "start": start[inside],
                    "end": start[inside] + length[inside],
                },
                event=at[inside],
                received=at[inside] + MINUTE,
                key=plans[inside],
                version=np.full(int(inside.sum()), version, dtype=np.int64),
            )
        )
    return plant(concat(parts), parameters, rng, Shares(0.1, 0.1, 0.0, 0.0, 0.1))


def exposure_rows(world: World) -> Rows:
    """People see a variant, often more than once; a few see two."""
    rng = world.parameters.rng(STREAM, 1)
    plans = running(world.parameters)
    parts = [_exposed(rng, world, plan) for plan in plans]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        columns = {"experiment": nothing, "person": nothing, "variant": nothing}
        return make_rows("experiment_exposures", columns, event=nothing, received=nothing)
    return plant(concat(parts), world.parameters, rng, Shares(0.006, 0.005, 0.0, 0.0, 0.004))


def _exposed(rng: np.random.Generator, world: World, plan: int) -> Rows:
    people, parameters = world.actors.people, world.parameters
    _, _, _, planned, actual, start, length = PLANS[plan]
    first = parameters.start_us + start * DAY
    there = (people.kind <= INDIVIDUAL) & (people.left_day > start)
    there &= people.created < first + length * DAY
    person = np.flatnonzero(there & (rng.random(len(people)) < 0.4))
    names = [VARIANTS.index(name) for name in planned]
    variant = np.array(names, dtype=np.int64)[rng.choice(len(names), len(person), p=actual)]
    at = np.maximum(first, people.created[person])
    at = at + (rng.random(len(person)) ** 2 * length * DAY * 0.9).astype(np.int64)
    again = np.flatnonzero(rng.random(len(person)) < 0.5)
    crossed = np.flatnonzero(rng.random(len(person)) < 0.01)
    event = np.concatenate(
        [
            at,
            at[again] + rng.integers(MINUTE, 5 * DAY, len(again)),
            at[crossed] + rng.integers(HOUR, 3 * DAY, len(crossed)),
        ]
    )
    columns = {
        "experiment": np.full(len(event), plan, dtype=np.int64),
        "person": np.concatenate([person, person[again], person[crossed]]),
        "variant": np.concatenate(
            [variant, variant[again], np.where(variant[crossed] == 0, names[1], 0)]
        ),
    }
    rows = make_rows(
        "experiment_exposures", columns, event=event, received=arrival(rng, event, late_share=0.01)
    )
    return rows.take(event < parameters.end_us)


def experiment_select(parameters: Parameters) -> dict[str, str]:
    """Return SQL for each column of experiments."""
    first_day = f"date '{parameters.start.isoformat()}'"
    decided = "'Rolled out; the effect was smaller than hoped'"
    return {
        "experiment_id": number("exp_", "experiment", 100),
        "name": pick([plan.name for plan in PLANS], "experiment"),
        "hypothesis": pick([f"{plan.name} raises {plan.metric}" for plan in PLANS], "experiment"),
        "owner": pick([f"team_{plan.surface}" for plan in PLANS], "experiment"),
        "surface": pick([plan.surface for plan in PLANS], "experiment"),
        "primary_metric": pick([plan.metric for plan in PLANS], "experiment"),
        "variants": pick([json.dumps(plan.planned) for plan in PLANS], "experiment"),
        "planned_start": f"{first_day} + cast(start as integer)",
        "planned_end": f'{first_day} + cast("end" as integer)',
        "status": pick(STATUSES, "status"),
        "decision": f"case when status = 2 then {decided} end",
        "updated_at": time("event_us"),
    }


def exposure_select() -> dict[str, str]:
    """Return SQL for each column of experiment_exposures."""
    return {
        "experiment_id": number("exp_", "experiment", 100),
        "subject_id": number("per_", "person"),
        "variant": pick(VARIANTS, "variant"),
        "exposed_at": time("event_us"),
    }
