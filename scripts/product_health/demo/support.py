"""Support tickets, which follow trouble, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.company import INCIDENT_DAYS, account_sql
from product_health.demo.mess import Shares, plant, sample
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.people import INDIVIDUAL, INTERNAL, TEST
from product_health.demo.rows import Rows, concat, make_rows, number, pick, time
from product_health.demo.words import SUBJECTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.events import World
    from product_health.demo.params import Bools, Ints, Parameters

STREAM = 6
CATEGORIES = ("bug", "question", "billing", "access", "request")
PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("new", "open", "solved", "merged", "deleted")
EVENT_TYPES = (
    *("created", "public_reply", "internal_note", "solved", "reopened"),
    *("Closed", "merged", "deleted"),
)
ROLES = ("customer", "staff", "bot", "Agent")
CREATED, REPLY, NOTE, SOLVED, REOPENED, CLOSED, MERGED, DELETED = range(8)
CUSTOMER, STAFF, ROBOT, AGENT = range(4)
REMOVALS = (MERGED, DELETED)
NEVER = -1
# Nobody merges or deletes a ticket that was opened within so many days of the end.
SETTLED_DAYS = 45
# The clock of what tells events is so much behind the one of what tells tickets.
CLOCK_LAG = 480_000


@dataclass
class Tickets:
    """Tickets by number; times are microseconds, NEVER where a thing did not happen."""

    person: Ints
    account: Ints
    feature: Ints
    category: Ints
    priority: Ints
    created: Ints
    robot: Ints
    reply: Ints
    solved: Ints
    reopened: Ints
    solved_again: Ints
    csat: Ints

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.person)


@dataclass(frozen=True)
class Oddities:
    """What help desks do otherwise, by ticket; removed is when it was merged or deleted."""

    removed: Ints
    removal: Ints
    is_other_desk: Bools
    is_ended_by_status: Bools
    has_clock_lag: Bools


def make_tickets(world: World) -> Tickets:
    """Tickets of ordinary days and, more of them, of the incident; then their course."""
    rng = world.parameters.rng(STREAM)
    person, created, is_incident = _who_and_when(rng, world)
    people, count = world.actors.people, len(person)
    account = np.where(rng.random(count) < 0.04, -1, people.account[person])
    feature_count = len(world.parameters.product.features)
    feature = np.where(rng.random(count) < 0.6, rng.integers(0, feature_count, count), -1)
    feature = _known_features(world, feature, world.parameters.days_of(created))
    broken = world.parameters.product.feature_number("dashboards")
    urgency = rng.choice(4, count, p=[0.2, 0.5, 0.22, 0.08])
    tickets = Tickets(
        person=person,
        account=account,
        feature=np.where(is_incident, broken, feature),
        category=np.where(is_incident, 0, rng.choice(5, count, p=[0.3, 0.35, 0.12, 0.13, 0.1])),
        priority=np.where(is_incident, 2 + (rng.random(count) < 0.4), urgency),
        created=created,
        **_course(rng, created, is_incident),
    )
    return _until(tickets, world.parameters.end_us)


def _known_features(world: World, feature: Ints, day: Ints) -> Ints:
    """Nobody asks about a feature before its launch."""
    launched = world.launched(day, np.maximum(feature, 0))
    return np.where((feature >= 0) & launched, feature, -1)


def _who_and_when(rng: np.random.Generator, world: World) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    people, parameters = world.actors.people, world.parameters
    asks = np.flatnonzero(
        (people.kind <= INDIVIDUAL) | (people.kind == TEST) | (people.kind == INTERNAL)
    )
    first = np.maximum(parameters.days_of(people.created[asks]) + 1, 0)
    last = np.minimum(people.left_day[asks], parameters.days)
    asks, first, last = (x[last > first] for x in (asks, first, last))
    span = last - first
    each = rng.poisson(0.0035 * span * (0.4 + 1.6 * people.propensity[asks]))
    person = np.repeat(asks, each)
    day = np.repeat(first, each) + (rng.random(len(person)) * np.repeat(span, each)).astype(
        np.int64
    )
    incident = world.accounts.incident_day
    there = (first <= incident) & (last > incident + INCIDENT_DAYS)
    there &= world.accounts.in_incident(people.account[asks], np.full(len(asks), incident))
    hit = asks[there][rng.random(int(there.sum())) < 0.3]
    incident_day = incident + np.minimum(rng.exponential(3.5, len(hit)), INCIDENT_DAYS - 1)
    every_day = np.concatenate([day, incident_day.astype(np.int64)])
    clock = np.clip(rng.normal(12, 4, len(every_day)) * HOUR, 0, DAY - MINUTE).astype(np.int64)
    created = parameters.start_us + every_day * DAY + clock // 1000 * 1000
    who = np.concatenate([person, hit])
    order = np.lexsort((who, created))
    is_incident = np.arange(len(who)) >= len(person)
    return who[order], created[order], is_incident[order]


def _course(
    rng: np.random.Generator, created: Ints, is_incident: NDArray[np.bool_]
) -> dict[str, Ints]:
    count = len(created)
    slow = np.where(is_incident, 3.0, 1.0)

    def after(base: Ints, hours: float, spread: float, happens: float) -> Ints:
        delay = np.exp(rng.normal(np.log(hours), spread, count)) * slow
        at = base + np.maximum(delay * HOUR, 2 * MINUTE).astype(np.int64) // 1000 * 1000
        return np.where((base >= 0) & (rng.random(count) < happens), at, NEVER)

    robot = np.where(rng.random(count) < 0.5, created + 45_000_000, NEVER)
    reply = after(created, 3.0, 1.1, 0.94)
    base = np.where(reply >= 0, reply, np.where(rng.random(count) < 0.4, created, NEVER))
    solved = after(base, 20.0, 1.2, 0.93)
    reopened = after(solved, 30.0, 0.8, 0.1)
    return {
        "robot": robot,
        "reply": reply,
        "solved": solved,
        "reopened": reopened,
        "solved_again": after(reopened, 15.0, 0.9, 0.85),
        "csat": np.where(
            (solved >= 0) & (rng.random(count) < 0.4),
            np.clip(np.round(rng.normal(np.where(is_incident, 2.6, 4.2), 0.9)), 1, 5),
            NEVER,
        ).astype(np.int64),
    }


def _oddities(parameters: Parameters, tickets: Tickets) -> Oddities:
    """Return what is odd about some tickets.

    Another desk has words of its own; of some tickets only the status says that they ended; the
    first event of some is a moment before them; some that nobody solved are merged or deleted.
    """
    rng, count = parameters.rng(STREAM, 3), len(tickets)
    solved_once = np.flatnonzero((tickets.solved >= 0) & (tickets.reopened < 0))
    by_status = solved_once[sample(rng, len(solved_once), 0.01)]
    is_settled = tickets.created < parameters.end_us - SETTLED_DAYS * DAY
    is_removed = is_settled & (tickets.solved < 0) & (rng.random(count) < 0.3)
    last = np.maximum(tickets.created, tickets.reply)
    at = last + rng.integers(HOUR, 3 * DAY, count) // 1000 * 1000
    return Oddities(
        removed=np.where(is_removed, at, NEVER),
        removal=rng.choice(REMOVALS, count),
        is_other_desk=rng.random(count) < 0.1,
        is_ended_by_status=np.isin(np.arange(count), by_status),
        has_clock_lag=rng.random(count) < 0.03,
    )


def _removals(oddities: Oddities) -> list[tuple[Ints, int]]:
    """Return when tickets were removed, by how."""
    return [
        (np.where(oddities.removal == removal, oddities.removed, NEVER), removal)
        for removal in REMOVALS
    ]


def _until(tickets: Tickets, end: int) -> Tickets:
    """Return the tickets without what would come after the end."""
    for name in ("robot", "reply", "solved", "reopened", "solved_again"):
        at = getattr(tickets, name)
        setattr(tickets, name, np.where(at < end, at, NEVER))
    tickets.csat = np.where(tickets.solved >= 0, tickets.csat, NEVER)
    return tickets


def ticket_rows(parameters: Parameters, tickets: Tickets) -> Rows:
    """Return a version of a ticket at each change of its status."""
    rng = parameters.rng(STREAM, 1)
    steps = (
        (tickets.created, 0, False),
        (tickets.reply, 1, False),
        (tickets.solved, 2, True),
        (tickets.reopened, 1, True),
        (tickets.solved_again, 2, True),
    )
    parts = [_ticket_version(rng, tickets, i, *step) for i, step in enumerate(steps)]
    for at, removal in _removals(_oddities(parameters, tickets)):
        status = STATUSES.index(EVENT_TYPES[removal])
        parts.append(_ticket_version(rng, tickets, len(steps), at, status, with_score=False))
    return plant(
        concat(parts), parameters, rng, Shares(0.005, 0.004, 0.002, 0.0, 0.004), ("priority", 4)
    )


def _ticket_version(  # noqa: PLR0913, PLR0917
    rng: np.random.Generator,
    tickets: Tickets,
    version: int,
    at: Ints,
    status: int,
    with_score: bool,  # noqa: FBT001
) -> Rows:
    which = np.flatnonzero(at >= 0)
    count = len(which)
    return make_rows(
        "support_tickets",
        {
            "ticket": which,
            "account": tickets.account[which],
            "person": tickets.person[which],
            "category": tickets.category[which],
            "feature": tickets.feature[which],
            "priority": tickets.priority[which],
            "status": np.full(count, status, dtype=np.int64),
            "created": tickets.created[which],
            "csat": tickets.csat[which] if with_score else np.full(count, NEVER, dtype=np.int64),
        },
        event=at[which],
        received=at[which] + rng.integers(1_000_000, 2 * MINUTE, count),
        key=which,
        version=np.full(count, version, dtype=np.int64),
    )


def ticket_event_rows(parameters: Parameters, tickets: Tickets) -> Rows:
    """Return the changes of the tickets; some are reported as solved once more while solved."""
    rng, oddities = parameters.rng(STREAM, 2), _oddities(parameters, tickets)
    twice = np.where(
        (tickets.solved >= 0) & (tickets.reopened < 0) & (rng.random(len(tickets)) < 0.03),
        tickets.solved + HOUR,
        NEVER,
    )
    twice = np.where(twice < parameters.end_us, twice, NEVER)
    note = np.where(rng.random(len(tickets)) < 0.2, tickets.created + 20 * MINUTE, NEVER)
    steps = (
        (tickets.created, CREATED, CUSTOMER),
        (tickets.robot, REPLY, ROBOT),
        (note, NOTE, STAFF),
        (tickets.reply, REPLY, STAFF),
        (tickets.solved, SOLVED, STAFF),
        (twice, SOLVED, ROBOT),
        (tickets.reopened, REOPENED, CUSTOMER),
        (tickets.solved_again, SOLVED, STAFF),
        *((at, removal, STAFF) for at, removal in _removals(oddities)),
    )
    parts = [_change(rng, *step) for step in steps]
    rows = _told_otherwise(oddities, concat(parts))
    rows = rows.take(np.argsort(rows.event, kind="stable"))
    rows.columns["change"] = np.arange(len(rows))
    rows.key = np.arange(len(rows), dtype=np.int64)
    shares = Shares(0.005, 0.004, 0.002, 0.0015, 0.004)
    return plant(rows, parameters, rng, shares, ("role", 3))


def _told_otherwise(oddities: Oddities, rows: Rows) -> Rows:
    """Return the changes without those that only a status tells, in words and times of the desk."""
    ticket = rows.columns["ticket"].astype(np.int64)
    kind, role = (rows.columns[name].astype(np.int64) for name in ("event_type", "role"))
    is_other = oddities.is_other_desk[ticket]
    rows.columns["event_type"] = np.where(is_other & (kind == SOLVED), CLOSED, kind)
    rows.columns["role"] = np.where(is_other & (role == STAFF), AGENT, role)
    is_early = oddities.has_clock_lag[ticket] & (kind == CREATED)
    rows.event = np.where(is_early, rows.event - CLOCK_LAG, rows.event)
    return rows.take(~(oddities.is_ended_by_status[ticket] & (kind == SOLVED)))


def _change(rng: np.random.Generator, at: Ints, event_type: int, role: int) -> Rows:
    which = np.flatnonzero(at >= 0)
    count = len(which)
    late = rng.random(count) < 0.01
    delay = np.where(
        late, rng.integers(DAY, 20 * DAY, count), rng.integers(1_000_000, HOUR // 30, count)
    )
    return make_rows(
        "support_ticket_events",
        {
            "change": which,
            "ticket": which,
            "event_type": np.full(count, event_type, dtype=np.int64),
            "role": np.full(count, role, dtype=np.int64),
        },
        event=at[which],
        received=at[which] + delay,
    )


def ticket_select(parameters: Parameters, accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of support_tickets."""
    keys = [feature.key for feature in parameters.product.features]
    return {
        "ticket_id": number("tic_", "ticket"),
        "account_id": account_sql(accounts, "account"),
        "requester_id": number("per_", "person"),
        "subject": pick(SUBJECTS, f"(ticket * 7 // 3) % {len(SUBJECTS)}"),
        "category": pick(CATEGORIES, "category"),
        "feature_key": pick(keys, "feature"),
        "priority": pick(PRIORITIES, "priority"),
        "status": pick(STATUSES, "status"),
        "created_at": time("created"),
        "csat_score": "case when csat >= 0 then cast(csat as double) end",
        "updated_at": time("event_us"),
    }


def ticket_event_select() -> dict[str, str]:
    """Return SQL for each column of support_ticket_events."""
    return {
        "ticket_event_id": number("tev_", "change", 1_000_000),
        "ticket_id": number("tic_", "ticket"),
        "event_type": pick(EVENT_TYPES, "event_type"),
        "actor_role": pick(ROLES, "role"),
        "occurred_at": time("event_us"),
    }
