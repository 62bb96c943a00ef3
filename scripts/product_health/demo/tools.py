"""The tools that the company's own staff pay for, and who opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.activity import day_factors
from product_health.demo.mess import Shares, plant
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.people import INTERNAL
from product_health.demo.rows import Rows, arrival, concat, make_rows, number, pick, time

if TYPE_CHECKING:
    from product_health.demo.events import World
    from product_health.demo.params import Parameters

STREAM = 11
# Tool, category, seats, yearly cost, currency, share of the staff that opens it on a working day.
TOOLS = (
    ("funnelscope", "analytics", 25, 18_000.0, "USD", 0.35),
    ("pollkit", "survey", 10, 7_200.0, "EUR", 0.08),
    ("deskhand", "support", 40, 30_000.0, "USD", 0.5),
    ("flagpole", "experimentation", 15, 12_500.0, "GBP", 0.15),
    ("roadmapper", "planning", 30, 9_900.0, "EUR", 0.2),
    ("replayroom", "analytics", 20, 15_000.0, "USD", 0.02),
)


def licence_rows(parameters: Parameters) -> Rows:
    """Return a version at the start and one at the renewal, with more seats and a higher price."""
    rng = parameters.rng(STREAM)
    tool = np.arange(len(TOOLS))
    renews = 60 + 45 * tool
    first = np.full(len(TOOLS), parameters.start_us + HOUR)
    second = parameters.start_us + renews * DAY + 9 * HOUR
    parts = []
    for version, at in enumerate((first, second)):
        which = tool[at < parameters.end_us]
        parts.append(
            make_rows(
                "tool_licences",
                {
                    "tool": which,
                    "seats": np.array([TOOLS[i][2] for i in which], dtype=np.int64) + 5 * version,
                    "renews": renews[which] + 365 * version,
                    "price": np.full(len(which), 1.0 + 0.08 * version),
                },
                event=at[which],
                received=at[which] + MINUTE,
                key=which,
                version=np.full(len(which), version, dtype=np.int64),
            )
        )
    return plant(concat(parts), parameters, rng, Shares(0.1, 0.1, 0.05, 0.0, 0.1), ("seats", 99))


def access_rows(world: World) -> Rows:
    """Which of the staff opened which tool on which working day."""
    parameters, people = world.parameters, world.actors.people
    rng = parameters.rng(STREAM, 1)
    staff = np.flatnonzero(people.kind == INTERNAL)
    factors = day_factors(parameters, 0, parameters.days)
    chance = np.array([tool[5] for tool in TOOLS])[:, None, None] * factors[None, None, :]
    opens = rng.random((len(TOOLS), len(staff), parameters.days)) < chance
    tool, who, day = (x.astype(np.int64) for x in np.nonzero(opens))
    at = parameters.start_us + day * DAY + rng.integers(7 * HOUR, 19 * HOUR, len(day))
    rows = make_rows(
        "tool_access",
        {"tool": tool, "person": staff[who]},
        event=at,
        received=arrival(rng, at, late_share=0.01),
    )
    return plant(rows, parameters, rng, Shares(0.004, 0.004, 0.0, 0.0, 0.002))


def licence_select(parameters: Parameters) -> dict[str, str]:
    """Return SQL for each column of tool_licences."""
    costs = ", ".join(str(tool[3]) for tool in TOOLS)
    return {
        "tool": pick([tool[0] for tool in TOOLS], "tool"),
        "owner": pick([f"team_{tool[1]}" for tool in TOOLS], "tool"),
        "category": pick([tool[1] for tool in TOOLS], "tool"),
        "seats": "seats",
        "annual_cost": f"round((cast([{costs}] as double[]))[tool + 1] * price)",
        "currency": pick([tool[4] for tool in TOOLS], "tool"),
        "renews_on": f"date '{parameters.start.isoformat()}' + cast(renews as integer)",
        "updated_at": time("event_us"),
    }


def access_select() -> dict[str, str]:
    """Return SQL for each column of tool_access."""
    return {
        "tool": pick([tool[0] for tool in TOOLS], "tool"),
        "person_id": number("per_", "person"),
        "accessed_at": time("event_us"),
    }
