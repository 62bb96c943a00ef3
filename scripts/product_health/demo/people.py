"""Who uses the product: members, individuals, staff, visitors and bots, and how each behaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.company import REGION_HOURS, account_sql
from product_health.demo.mess import Shares, plant
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.rows import Rows, concat, make_rows, number, pick, time
from product_health.demo.subscriptions import feature_masks
from product_health.demo.words import FIRST_NAMES, LAST_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.params import Bools, Ints, Parameters

STREAM = 3
MEMBER, INDIVIDUAL, INTERNAL, TEST, VISITOR, CYCLE, BOT = range(7)
ROLES = ("member", "admin", "viewer", "billing")
PLATFORMS = ("web", "ios", "android", "api")
# Accounts hold about so many people in the end, by size segment: a floor and a mean above it.
FLOOR = np.array([2, 6, 18], dtype=np.int64)
ABOVE = np.array([3.0, 7.0, 20.0])
CYCLE_SIZES = (2, 3, 2)


@dataclass
class People:
    """The population, one number a doer; account is -1 for those without one.

    propensity is the chance to be active on a working day, intensity the mean events a session;
    adopted is the day (from 0) from which a person uses a feature, by person and feature.
    """

    kind: Ints
    account: Ints
    second_account: Ints
    created: Ints
    left_day: Ints
    propensity: NDArray[np.float64]
    intensity: NDArray[np.float64]
    platform: Ints
    hour_shift: Ints
    vacations: Ints
    adopted: NDArray[np.int16]
    is_rush: Bools
    is_internal_address: Bools
    rush_day: int

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.kind)

    @property
    def is_known(self) -> Bools:
        """Those whom the product has an entry for; visitors, cycles and bots have none."""
        return np.asarray(self.kind <= TEST)


def make_people(parameters: Parameters, accounts: Accounts, masks: NDArray[np.uint8]) -> People:
    """Fill the accounts with people; visitors and bots come on top."""
    rng = parameters.rng(STREAM)
    kind, account = _memberships(rng, accounts)
    created = _created(rng, parameters, accounts, kind, account)
    rush_day = round(parameters.days * 0.72)
    joins = (kind == INDIVIDUAL) & (rng.random(len(kind)) < 0.6)
    joins |= (kind == MEMBER) & (created > parameters.start_us) & (rng.random(len(kind)) < 0.03)
    rush_at = parameters.start_us + rush_day * DAY + rng.integers(6 * HOUR, 22 * HOUR, len(kind))
    created = np.where(joins & (created < rush_at), rush_at, created)
    is_inside = (created < parameters.end_us - DAY) | (kind > INDIVIDUAL)
    kind, account, created, joins = (x[is_inside] for x in (kind, account, created, joins))
    joins &= parameters.days_of(created) == rush_day
    count = len(kind)
    health = np.where(account >= 0, accounts.health[account], 0.5)
    is_internal = kind == INTERNAL
    # Two of our own staff sit in customers' accounts: only their address gives them away.
    account = np.where(is_internal & (np.cumsum(is_internal) <= 2), 0, account)
    second = np.where(
        ((kind == MEMBER) & (rng.random(count) < 0.03)) | (is_internal & (rng.random(count) < 0.3)),
        rng.integers(0, accounts.customers, count),
        -1,
    )
    people = People(
        kind=kind,
        account=account,
        second_account=np.where(second == account, -1, second),
        created=created,
        left_day=_left_day(rng, parameters, created, kind, health),
        propensity=_propensity(rng, kind, health),
        intensity=np.where(kind == BOT, 40.0, 1.9 + rng.gamma(2.0, 2.05, count)),
        platform=rng.choice(4, count, p=[0.68, 0.15, 0.13, 0.04]).astype(np.int64),
        hour_shift=np.where(account >= 0, REGION_HOURS[accounts.region[account]], 0),
        vacations=rng.integers(0, parameters.days + 60, (count, 2)),
        adopted=np.zeros((count, 0), dtype=np.int16),
        is_rush=joins,
        is_internal_address=is_internal,
        rush_day=rush_day,
    )
    people.adopted = _adoption(rng, parameters, people, masks, health)
    return people


def _memberships(rng: np.random.Generator, accounts: Accounts) -> tuple[Ints, Ints]:
    """Kind and account of each; the special accounts hold staff and test users only."""
    customers = accounts.customers
    sizes = FLOOR[accounts.segment] + rng.poisson(ABOVE[accounts.segment])
    members = np.repeat(np.arange(customers), sizes[:customers])
    total = len(members)
    groups = [
        (INDIVIDUAL, np.full(max(total // 8, 60), -1)),
        (INTERNAL, np.full(min(max(total // 60, 4), 400), customers if accounts.special else -1)),
        (TEST, np.full(3, customers + 1 if len(accounts.special) > 1 else -1)),
        (VISITOR, np.full(max(total // 12, 4), -1)),
        (CYCLE, np.full(sum(CYCLE_SIZES), -1)),
        (BOT, np.full(4, -1)),
    ]
    kind = np.concatenate([np.full(total, MEMBER), *[np.full(len(a), k) for k, a in groups]])
    return kind.astype(np.int64), np.concatenate([members, *[a for _, a in groups]]).astype(
        np.int64
    )


def _created(
    rng: np.random.Generator,
    parameters: Parameters,
    accounts: Accounts,
    kind: Ints,
    account: Ints,
) -> Ints:
    """Founders join with their account, the others over the months that follow."""
    count = len(kind)
    first = np.where(account >= 0, accounts.created[account], parameters.start_us - 30 * DAY)
    delay = rng.exponential(110.0, count) * (rng.random(count) > 0.25)
    member = first + (delay * DAY).astype(np.int64) + rng.integers(5 * MINUTE, 9 * HOUR, count)
    anywhen = parameters.start_us + (rng.random(count) * parameters.days * DAY).astype(np.int64)
    early = parameters.start_us + rng.integers(HOUR, 5 * HOUR, count)
    choices = [kind == MEMBER, (kind == INDIVIDUAL) | (kind == VISITOR)]
    return np.asarray(np.select(choices, [member, anywhen], early), dtype=np.int64)


def _left_day(
    rng: np.random.Generator,
    parameters: Parameters,
    created: Ints,
    kind: Ints,
    health: NDArray[np.float64],
) -> Ints:
    """Return the day each leaves: some try it for a day, some for weeks, some stay."""
    count = len(kind)
    tries = rng.choice(3, count, p=[0.12, 0.2, 0.68])
    stays = np.select(
        [tries == 0, tries == 1], [np.ones(count), rng.exponential(25.0, count)], np.inf
    )
    stays = np.minimum(stays, 30 + rng.exponential(150 + 1500 * health))
    stays = np.where(kind == VISITOR, rng.integers(1, 12, count), stays)
    stays = np.where((kind == BOT) | (kind == TEST) | (kind == INTERNAL), 5000, stays)
    return parameters.days_of(created) + np.ceil(stays).astype(np.int64)


def _propensity(
    rng: np.random.Generator, kind: Ints, health: NDArray[np.float64]
) -> NDArray[np.float64]:
    count = len(kind)
    member = np.clip(rng.beta(1.6, 2.6, count) * (0.6 + 0.7 * health), 0.01, 0.97)
    other = np.select([kind == VISITOR, kind == BOT, kind == CYCLE], [0.5, 0.6, 0.1], member)
    return np.asarray(other, dtype=np.float64)


def _adoption(
    rng: np.random.Generator,
    parameters: Parameters,
    people: People,
    masks: NDArray[np.uint8],
    health: NDArray[np.float64],
) -> NDArray[np.int16]:
    """Day of adoption by person and feature; 32000 where it never comes."""
    features = parameters.product.features
    never = np.int16(32_000)
    result = np.full((len(people), len(features)), never, dtype=np.int16)
    first = np.maximum(parameters.days_of(people.created), 0)
    feature_plans = feature_masks(parameters)
    for number_, feature in enumerate(features):
        appeal = rng.uniform(0.55, 0.95) if feature.is_core else rng.uniform(0.2, 0.5)
        pace = rng.uniform(4.0, 25.0) if feature.launched_on is None else rng.uniform(25.0, 60.0)
        launch = parameters.day_of(feature.launched_on) if feature.launched_on else 0
        entitled = _first_entitled(masks, int(feature_plans[number_]))
        earliest = np.maximum(first, launch)
        if feature_plans[number_] != 255:
            earliest = np.maximum(
                earliest, np.where(people.account >= 0, entitled[people.account], never)
            )
        delay = rng.exponential(pace, len(people)) * (rng.random(len(people)) > 0.15)
        adopts = rng.random(len(people)) < appeal * (0.5 + 0.7 * health)
        day = np.where(adopts, earliest + delay, never)
        result[:, number_] = np.minimum(day, never).astype(np.int16)
    return _rush_adoption(parameters, people, result)


def _rush_adoption(
    parameters: Parameters, people: People, adopted: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Return the adoption with that of the rush, which comes for the newest feature open to all."""
    open_to_all = [
        (parameters.day_of(feature.launched_on) if feature.launched_on else -1, index)
        for index, feature in enumerate(parameters.product.features)
        if not feature.plans and parameters.day_of(feature.launched_on) <= people.rush_day
    ]
    if open_to_all:
        adopted[people.is_rush, max(open_to_all)[1]] = people.rush_day
    return adopted


def _first_entitled(masks: NDArray[np.uint8], plans: int) -> Ints:
    """First day on which each account has one of these plans; 32000 where there is none."""
    entitled = (masks & plans) > 0
    return np.where(entitled.any(axis=1), entitled.argmax(axis=1), 32_000).astype(np.int64)


def people_rows(parameters: Parameters, people: People) -> Rows:
    """Return the known people, with a second version where a role changes."""
    rng = parameters.rng(STREAM, 1)
    known = np.flatnonzero(people.is_known)
    role = rng.choice(4, len(people), p=[0.7, 0.12, 0.13, 0.05]).astype(np.int64)
    changing = known[rng.random(len(known)) < 0.1]
    base = np.maximum(people.created[changing], parameters.start_us)
    at = base + rng.integers(3 * DAY, 90 * DAY, len(changing))
    inside = at < parameters.end_us
    parts = [
        _version(parameters, rng, people, known, role[known], people.created[known], 0),
        _version(
            parameters,
            rng,
            people,
            changing[inside],
            (role[changing[inside]] + 1) % 4,
            at[inside],
            1,
        ),
    ]
    rows = concat(parts)
    return plant(rows, parameters, rng, Shares(0.005, 0.005, 0.002, 0.0, 0.004), ("role", 4))


def _version(  # noqa: PLR0913, PLR0917
    parameters: Parameters,
    rng: np.random.Generator,
    people: People,
    which: Ints,
    role: Ints,
    updated: Ints,
    version: int,
) -> Rows:
    sent = np.maximum(updated, parameters.start_us)
    return make_rows(
        "usage_people",
        {
            "person": which,
            "account": people.account[which],
            "is_internal": people.is_internal_address[which],
            "role": role,
            "created": people.created[which],
        },
        event=updated,
        received=sent + rng.integers(1_000_000, 5 * MINUTE, len(which)),
        key=which,
        version=np.full(len(which), version, dtype=np.int64),
    )


def people_select(parameters: Parameters, accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of usage_people."""
    first = pick(FIRST_NAMES, f"person % {len(FIRST_NAMES)}")
    last = pick(LAST_NAMES, f"(person // 10) % {len(LAST_NAMES)}")
    domain = (
        f"case when is_internal then '{parameters.product.internal_domain}' "
        "when account >= 0 then 'customer-' || (10000 + account) || '.example' "
        "else 'mail.example' end"
    )
    return {
        "person_id": number("per_", "person"),
        "account_id": account_sql(accounts, "account"),
        "email": f"{first} || '.' || {last} || person || '@' || {domain}",
        "role": pick(ROLES, "role"),
        "created_at": time("created"),
        "updated_at": time("event_us"),
    }
