"""Who is active on which day, in which sessions, at which moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.params import DAY, HOUR, MINUTE, SECOND
from product_health.demo.people import BOT, VISITOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.params import Ints, Parameters
    from product_health.demo.people import People

    Floats = NDArray[np.float64]

WEEKEND = 0.22
HOLIDAY = 0.3
VACATION_DAYS = 10
WITHOUT_PLAN = 0.04
LONGEST_GAP_SECONDS = 1_500


@dataclass
class Moments:
    """Things done: by whom, when (microseconds), and whether it opened a session."""

    person: Ints
    at: Ints
    opens: NDArray[np.bool_]


def day_factors(parameters: Parameters, first: int, last: int) -> Floats:
    """How lively each day from first to last (exclusive) is: weekends and holidays are quiet."""
    dates = [parameters.start + timedelta(days=day) for day in range(first, last)]
    holidays = set(parameters.product.holidays)
    return np.array(
        [
            (WEEKEND if date.isoweekday() > 5 else 1.0) * (HOLIDAY if date in holidays else 1.0)
            for date in dates
        ]
    )


def active_days(  # noqa: PLR0913, PLR0917
    rng: np.random.Generator,
    parameters: Parameters,
    accounts: Accounts,
    people: People,
    masks: NDArray[np.uint8],
    days: tuple[int, int],
) -> tuple[Ints, Ints]:
    """Person and day of every active day within days (first, last exclusive)."""
    first, last = days
    created_day = parameters.days_of(people.created)
    alive = np.flatnonzero((created_day < last) & (people.left_day > first))
    day = np.arange(first, last)
    account = people.account[alive]
    paid = (masks[np.maximum(account, 0), first:last] > 0) | (account < 0)[:, None]
    chance = people.propensity[alive, None] * np.where(paid, 1.0, WITHOUT_PLAN)
    lively = day_factors(parameters, first, last)
    works_always = (people.kind[alive] == BOT)[:, None]
    chance *= np.where(works_always, 1.0, lively[None, :])
    for vacation in people.vacations[alive].T:
        away = (day >= vacation[:, None]) & (day < vacation[:, None] + VACATION_DAYS)
        chance[away] = 0.0
    troubled = accounts.in_incident(account[:, None], day[None, :])
    chance[troubled] *= 0.75
    chance[day == created_day[alive, None]] = 1.0
    inside = (day >= created_day[alive, None]) & (day < people.left_day[alive, None])
    active = inside & (rng.random(chance.shape) < chance)
    who, when = np.nonzero(active)
    return alive[who], day[when].astype(np.int64)


def sessions(
    rng: np.random.Generator, parameters: Parameters, people: People, person: Ints, day: Ints
) -> tuple[Ints, Ints]:
    """Person and start of the sessions of active days; a few start just before midnight."""
    each = 1 + rng.poisson(0.45, len(person))
    person, day = np.repeat(person, each), np.repeat(day, each)
    local = rng.normal(12.8, 3.6, len(person)) * HOUR
    clock = (local.astype(np.int64) - people.hour_shift[person] * HOUR) % DAY
    clock = np.where(
        rng.random(len(person)) < 0.015, DAY - rng.integers(1, 25 * MINUTE, len(person)), clock
    )
    start = parameters.start_us + day * DAY + clock
    earliest = people.created[person] + 5 * SECOND
    start = np.where(start < earliest, earliest + rng.integers(0, MINUTE, len(start)), start)
    return person, start // 1000 * 1000


def moments(rng: np.random.Generator, people: People, person: Ints, start: Ints) -> Moments:
    """Return the moments of sessions: bursts with gaps of seconds to minutes, below 30."""
    mean = people.intensity[person] * np.where(people.kind[person] == VISITOR, 0.4, 1.0)
    each = 1 + np.minimum(rng.poisson(mean), 120)
    total = int(each.sum())
    opening = np.zeros(total, dtype=bool)
    first = np.cumsum(each) - each
    opening[first] = True
    gaps = np.minimum(rng.exponential(75.0, total), LONGEST_GAP_SECONDS)
    steps = 1000 * np.maximum((gaps * 1000).astype(np.int64), 200)
    steps[first] = 0
    since = np.cumsum(steps)
    since -= np.repeat(since[first], each)
    return Moments(np.repeat(person, each), np.repeat(start, each) + since, opening)
