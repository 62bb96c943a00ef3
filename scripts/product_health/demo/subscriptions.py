"""What accounts subscribe to over time: trials, purchases, changes of plan, churn and return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.company import account_sql
from product_health.demo.mess import Shares, plant
from product_health.demo.params import CURRENCIES, DAY, HOUR, PLANS
from product_health.demo.rows import Rows, concat, landed, make_rows, number, outcomes, pick, time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.params import Bools, Ints, Parameters

STREAM = 2
TRIAL_DAYS = 14
TERMS = 7
LIST_PRICE = np.array([15.0, 32.0, 60.0])


@dataclass
class Terms:
    """Subscription terms; ended is -1 while a term runs, move says why it began."""

    account: Ints
    plan: Ints
    seats: Ints
    mrr: NDArray[np.float64]
    currency: Ints
    is_trial: Bools
    started: Ints
    ended: Ints
    move: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.account)


# Why a term began; `other` is a change to the same plan or a smaller one.
TRIAL, PURCHASE, OTHER, RETURN, SIDE, UPGRADE = range(6)


def make_terms(parameters: Parameters, accounts: Accounts) -> Terms:
    """Walk all accounts through their terms at once, one term a round."""
    rng = parameters.rng(STREAM)
    count = len(accounts)
    is_old = accounts.created < parameters.start_us - 60 * DAY
    currency = np.where(accounts.region == 0, rng.choice([1, 2], count, p=[0.75, 0.25]), 0).astype(
        np.int64
    )
    seats = np.array([6, 25, 120])[accounts.segment] + rng.integers(0, 10, count)
    plan = np.minimum(accounts.segment + (rng.random(count) < 0.3), 2).astype(np.int64)
    start = accounts.created + rng.integers(HOUR, 3 * DAY, count)
    alive = np.ones(count, dtype=bool)
    move = np.where(is_old, PURCHASE, TRIAL).astype(np.int64)
    rounds: list[Terms] = []
    for _ in range(TERMS):
        which = np.flatnonzero(alive & (start < parameters.end_us))
        end, next_start, next_plan, next_move, goes_on = _one_term(
            rng, accounts, which, plan[which], start[which], move[which]
        )
        end = np.where(end < parameters.end_us, end, -1)
        is_trial = move[which] == TRIAL
        price = LIST_PRICE[plan[which]] * seats[which] * rng.uniform(0.8, 1.0, len(which))
        rounds.append(
            Terms(
                account=which,
                plan=plan[which],
                seats=seats[which],
                mrr=np.where(is_trial, 0.0, np.round(price, 2)),
                currency=currency[which],
                is_trial=is_trial,
                started=start[which],
                ended=end,
                move=move[which],
            )
        )
        alive[:] = False
        alive[which] = goes_on & (end >= 0)
        start[which], plan[which], move[which] = next_start, next_plan, next_move
    rounds.append(_side_terms(rng, parameters, rounds[0]))
    return _join(rounds)


def _one_term(  # noqa: PLR0913, PLR0917
    rng: np.random.Generator, accounts: Accounts, which: Ints, plan: Ints, start: Ints, move: Ints
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """End of each term, and start, plan and move of the next and whether there is one."""
    count = len(which)
    health = accounts.health[which]
    is_trial = move == TRIAL
    length = np.where(is_trial, TRIAL_DAYS, 60 + rng.exponential(250 + 600 * health))
    end = start + (length * DAY).astype(np.int64)
    draw = rng.random(count)
    converts = is_trial & (draw < 0.25 + 0.6 * health)
    leaves = ~is_trial & (draw > 0.35 + 0.6 * health)
    returns = leaves & (rng.random(count) < 0.3)
    step = np.where(rng.random(count) < 0.35 + 0.5 * health, 1, -1)
    changed = np.clip(plan + np.where(~is_trial & ~leaves, step, 0), 0, 2)
    gap = np.where(returns, rng.integers(40, 120, count) * DAY, 0)
    gap = np.where(converts, rng.integers(0, 3 * DAY, count), gap)
    next_move = np.select([converts, returns, changed > plan], [PURCHASE, RETURN, UPGRADE], OTHER)
    goes_on = converts | returns | (~is_trial & ~leaves)
    return end, end + gap, changed.astype(np.int64), next_move.astype(np.int64), goes_on


def _side_terms(rng: np.random.Generator, parameters: Parameters, first: Terms) -> Terms:
    """Return a few accounts pay for a second, smaller subscription beside their first."""
    chosen = np.flatnonzero((rng.random(len(first)) < 0.04) & ~first.is_trial)
    start = np.maximum(first.started[chosen], parameters.start_us) + 30 * DAY
    ended = first.ended[chosen]
    fits = (start < parameters.end_us) & ((ended < 0) | (start < ended))
    chosen, start, ended = chosen[fits], start[fits], ended[fits]
    return Terms(
        account=first.account[chosen],
        plan=np.maximum(first.plan[chosen] - 1, 0),
        seats=np.full(len(chosen), 5, dtype=np.int64),
        mrr=np.full(len(chosen), 49.0),
        currency=first.currency[chosen],
        is_trial=np.zeros(len(chosen), dtype=bool),
        started=start,
        ended=ended,
        move=np.full(len(chosen), SIDE, dtype=np.int64),
    )


def _join(parts: list[Terms]) -> Terms:
    names = Terms.__dataclass_fields__
    return Terms(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def term_rows(parameters: Parameters, terms: Terms) -> Rows:
    """Return the CRM's subscriptions: a version at the start of each, another one when it ends."""
    rng = parameters.rng(STREAM, 1)
    every = np.arange(len(terms))
    ended = every[terms.ended >= 0]
    rows = concat(
        [
            _version(parameters, rng, terms, every, terms.started, 0),
            _version(parameters, rng, terms, ended, terms.ended[ended], 1),
        ]
    )
    return plant(rows, parameters, rng, Shares(0.01, 0.01, 0.004, 0.0, 0.008), ("seats", 500))


def _version(  # noqa: PLR0913, PLR0917
    parameters: Parameters,
    rng: np.random.Generator,
    terms: Terms,
    which: Ints,
    updated: Ints,
    version: int,
) -> Rows:
    sent = np.maximum(updated, parameters.start_us)
    return make_rows(
        "crm_subscriptions",
        {
            "term": which,
            "account": terms.account[which],
            "plan": terms.plan[which],
            "seats": terms.seats[which],
            "mrr": terms.mrr[which],
            "currency": terms.currency[which],
            "is_trial": terms.is_trial[which],
            "started": terms.started[which],
            "ended": terms.ended[which] if version else np.full(len(which), -1, dtype=np.int64),
        },
        event=updated,
        received=sent + rng.integers(60_000_000, HOUR, len(which)),
        key=which,
        version=np.full(len(which), version, dtype=np.int64),
    )


def term_select(accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of crm_subscriptions."""
    return {
        "subscription_id": number("sub_", "term", 10_000),
        "account_id": account_sql(accounts, "account"),
        "plan": pick(PLANS, "plan"),
        "seats": "seats",
        "mrr": "mrr",
        "currency": pick(CURRENCIES, "currency"),
        "is_trial": "is_trial",
        "started_at": time("started"),
        "ended_at": time("ended"),
        "updated_at": time("event_us"),
    }


def landed_terms(parameters: Parameters, rows: Rows, loads: int) -> Rows:
    """Return the version of each subscription that counts after so many loads."""
    present = landed(rows, parameters, loads)
    return present.take(outcomes(present) == 0)


def plan_masks(
    parameters: Parameters,
    accounts: Accounts,
    columns: Mapping[str, NDArray[np.generic]],
    extra_days: int = 3,
) -> NDArray[np.uint8]:
    """Which plans each account had on each day (UTC): bit p is set for plan p, trials included.

    columns are `account`, `plan`, `started` and `ended`; the result is accounts x days.
    """
    days = parameters.days + extra_days
    first = np.clip(parameters.days_of(columns["started"].astype(np.int64)), 0, days)
    ended = columns["ended"].astype(np.int64)
    last = np.where(ended < 0, days, np.clip(parameters.days_of(ended), 0, days))
    masks = np.zeros((len(accounts), days), dtype=np.uint8)
    account = columns["account"].astype(np.int64)
    for plan in range(len(PLANS)):
        chosen = (columns["plan"] == plan) & (last > first)
        steps = np.zeros((len(accounts), days + 1), dtype=np.int32)
        np.add.at(steps, (account[chosen], first[chosen]), 1)
        np.add.at(steps, (account[chosen], last[chosen]), -1)
        masks |= ((np.cumsum(steps, axis=1)[:, :days] > 0) << plan).astype(np.uint8)
    return masks


def feature_masks(parameters: Parameters) -> NDArray[np.uint8]:
    """Plans that include each feature, as bits; 255 where everyone has it."""
    return np.array(
        [
            sum(1 << PLANS.index(plan) for plan in feature.plans if plan in PLANS) or 255
            for feature in parameters.product.features
        ],
        dtype=np.uint8,
    )
