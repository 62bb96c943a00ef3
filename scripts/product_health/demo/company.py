"""The customer accounts: what they are, how they fare, and their versions in the CRM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.mess import Shares, plant
from product_health.demo.params import DAY, HOUR
from product_health.demo.rows import Rows, concat, make_rows, pick, time
from product_health.demo.words import COMPANY_ENDS, COMPANY_STARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.params import Bools, Ints, Parameters

STREAM = 1
SEGMENTS = ("smb", "mid_market", "enterprise")
INDUSTRIES = ("software", "retail", "manufacturing", "finance", "health", "education", "media")
REGIONS = ("europe", "north_america", "latin_america", "asia_pacific")
# Hours by which a region's day runs ahead of UTC.
REGION_HOURS = np.array([1, -6, -3, 8], dtype=np.int64)
OWNERS = tuple(f"team_{letter}" for letter in "abcdefgh")
INCIDENT_DAYS = 12


@dataclass
class Accounts:
    """Customers by number; the excluded accounts of the rules follow after the last of them.

    health is 0 (leaves soon) to 1; crm_known says when the CRM first tells of an account.
    """

    created: Ints
    segment: Ints
    industry: Ints
    region: Ints
    owner: Ints
    parent: Ints
    health: NDArray[np.float64]
    is_affected: Bools
    crm_known: Ints
    incident_day: int
    customers: int
    special: tuple[str, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.created)

    def in_incident(self, account: Ints, day: Ints, after: int = 0) -> Bools:
        """Whether an account had trouble on a day, or so many days before."""
        known = account >= 0
        last = self.incident_day + INCIDENT_DAYS + after
        within = (day >= self.incident_day) & (day < last)
        return np.asarray(known & within & self.is_affected[np.maximum(account, 0)])


def account_sql(accounts: Accounts, column: str) -> str:
    """Return SQL for an account's identifier; NULL where the number is -1."""
    special = " ".join(
        f"when {accounts.customers + i} then '{name}'" for i, name in enumerate(accounts.special)
    )
    other = f"case when {column} >= 0 then 'acc_' || (10000 + {column}) end"
    return f"case {column} {special} else {other} end" if special else other


def make_accounts(parameters: Parameters) -> Accounts:
    """Half of the customers are there at the start, the others sign up faster and faster."""
    rng = parameters.rng(STREAM)
    customers = parameters.account_count
    special = parameters.product.excluded_accounts
    count = customers + len(special)
    created = _created(rng, parameters, count)
    created[customers:] = parameters.start_us - 300 * DAY
    segment = rng.choice(3, count, p=[0.66, 0.24, 0.10]).astype(np.int64)
    parent = np.where(rng.random(count) < 0.06, rng.integers(0, max(customers // 4, 1), count), -1)
    parent = np.where(parent < np.arange(count), parent, -1)
    parent[customers:] = -1
    region = rng.choice(4, count, p=[0.4, 0.35, 0.1, 0.15]).astype(np.int64)
    return Accounts(
        created=created,
        segment=segment,
        industry=rng.integers(0, len(INDUSTRIES), count),
        region=region,
        owner=rng.integers(0, len(OWNERS), count),
        parent=parent.astype(np.int64),
        health=np.clip(rng.beta(3.0, 2.0, count) + 0.05 * segment, 0.02, 0.98),
        is_affected=(region == 0) | (rng.random(count) < 0.25),
        crm_known=_crm_known(rng, parameters, created),
        incident_day=round(parameters.days * 0.55),
        customers=customers,
        special=special,
    )


def _created(rng: np.random.Generator, parameters: Parameters, count: int) -> Ints:
    is_old = rng.random(count) < 0.5
    old = -rng.integers(20, 900, count)
    new = np.sqrt(rng.random(count)) * max(parameters.days - 3, 1)
    day = np.where(is_old, old, new.astype(np.int64))
    at = parameters.start_us + day * DAY + rng.integers(7 * HOUR, 18 * HOUR, count)
    return np.asarray(at, dtype=np.int64)


def _crm_known(rng: np.random.Generator, parameters: Parameters, created: Ints) -> Ints:
    """Return when the CRM learns of accounts: of some weeks late, of a few never."""
    prompt = np.maximum(created, parameters.start_us) + rng.integers(60_000_000, HOUR, len(created))
    draw = rng.random(len(created))
    is_new = created >= parameters.start_us
    late = prompt + rng.integers(5 * DAY, 60 * DAY, len(created))
    never = np.full(len(created), parameters.end_us + 365 * DAY)
    return np.asarray(
        np.where(is_new & (draw < 0.02), never, np.where(is_new & (draw < 0.10), late, prompt))
    )


def account_rows(parameters: Parameters, accounts: Accounts) -> Rows:
    """Return the CRM's accounts: a first version of each, and later ones of those that change."""
    rng = parameters.rng(STREAM, 1)
    first = _version(parameters, accounts, np.arange(len(accounts)), 0, accounts.created)
    # The CRM dates some first versions after the account's first use: history is back-filled.
    is_dated_late = rng.random(len(first)) < 0.05
    first.event += np.where(is_dated_late, 5 * DAY, 0)
    first.received = np.maximum(first.received, first.event + HOUR)
    later = [_changed_version(rng, parameters, accounts, number) for number in (1, 2)]
    # A version may overtake another on its way: some arrive days late, after their successor.
    rows = concat([first, *later])
    overtaken = rng.random(len(rows)) < 0.03
    rows.received += np.where(overtaken, rng.integers(DAY, 20 * DAY, len(rows)), 0)
    return plant(rows, parameters, rng, Shares(0.01, 0.01, 0.004, 0.0, 0.01), ("owner", 8))


def _changed_version(
    rng: np.random.Generator, parameters: Parameters, accounts: Accounts, number: int
) -> Rows:
    changing = np.flatnonzero(rng.random(len(accounts)) < 0.3 / number)
    changing = changing[changing < accounts.customers]
    # Versions of one account are weeks apart, so that their order is plain.
    third = max(parameters.days // 3, 2) * DAY
    base = np.maximum(accounts.created[changing] + 7 * DAY, parameters.start_us + DAY)
    at = base + (number - 1) * (third + DAY) + rng.integers(0, third, len(changing))
    keep = at < parameters.end_us
    changing, at = changing[keep], at[keep]
    kind = rng.choice(3, len(changing), p=[0.35, 0.45, 0.2])
    grown = np.minimum(accounts.segment + number, 2)
    rows = _version(parameters, accounts, changing, number, at)
    rows.columns["segment"] = np.where(kind == 0, grown[changing], accounts.segment[changing])
    rows.columns["owner"] = np.where(
        kind == 1, (accounts.owner[changing] + number) % len(OWNERS), accounts.owner[changing]
    )
    rows.columns["industry"] = np.where(kind == 2, -1, accounts.industry[changing])
    return rows


def _version(
    parameters: Parameters, accounts: Accounts, which: Ints, number: int, updated: Ints
) -> Rows:
    lag = accounts.crm_known - np.maximum(accounts.created, parameters.start_us)
    sent = np.maximum(updated, parameters.start_us) + lag[which]
    return make_rows(
        "crm_accounts",
        {
            "account": which,
            "segment": accounts.segment[which],
            "industry": accounts.industry[which],
            "region": accounts.region[which],
            "owner": accounts.owner[which],
            "parent": accounts.parent[which],
            "created": accounts.created[which],
        },
        event=updated,
        received=np.maximum(sent, updated + 60_000_000),
        key=which,
        version=np.full(len(which), number, dtype=np.int64),
    )


def account_select(accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of crm_accounts."""
    start = pick(COMPANY_STARTS, f"account % {len(COMPANY_STARTS)}")
    end = pick(COMPANY_ENDS, f"(account // 7) % {len(COMPANY_ENDS)}")
    return {
        "account_id": account_sql(accounts, "account"),
        "name": f"{start} || ' ' || {end} || ' ' || account",
        "size_segment": pick(SEGMENTS, "segment"),
        "industry": pick(INDUSTRIES, "industry"),
        "region": pick(REGIONS, "region"),
        "owner": pick(OWNERS, "owner"),
        "parent_account_id": account_sql(accounts, "parent"),
        "created_at": time("created"),
        "updated_at": time("event_us"),
    }
