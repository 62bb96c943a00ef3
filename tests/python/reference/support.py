"""Support tickets: when they were answered, solved and opened again.

Choices: `requester_id` is the person of the requester. A ticket is without account where neither it
nor its requester has one. `resolved_at` is None while the ticket is open, also after a solve.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from .accounts import SEGMENTS
from .activity import World
from .business import BusinessHours
from .company import Row
from .dates import is_complete


class Story(NamedTuple):
    """What happened to a ticket: only events that changed whether it is open."""

    solves: list[datetime]
    reopens: list[datetime]
    first_reply_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether the ticket is open now: every solve was followed by a reopening."""
        return len(self.solves) == len(self.reopens)

    @property
    def resolved_at(self) -> datetime | None:
        """When it was last solved, if it is closed now."""
        return None if self.is_open else self.solves[-1]


class Ticket(NamedTuple):
    """A ticket of somebody who is not excluded, with its story."""

    row: Row
    person: str
    account: str | None
    story: Story


def tell(created_at: datetime, events: Sequence[Row]) -> Story:
    """Go through the events of a ticket in order and keep the changes of state."""
    story = Story([], [], None)
    is_open = True
    for event in sorted(events, key=lambda row: (row["occurred_at"], row["ticket_event_id"])):
        moment, kind = event["occurred_at"], event["event_type"]
        if moment < created_at:
            continue
        if kind == "solved" and is_open:
            story.solves.append(moment)
            is_open = False
        elif kind == "reopened" and not is_open:
            story.reopens.append(moment)
            is_open = True
        elif kind == "public_reply" and event["actor_role"] == "staff":
            story = story._replace(first_reply_at=story.first_reply_at or moment)
    return story


def tickets(world: World) -> list[Ticket]:
    """Give the accepted tickets of people and accounts that are not excluded."""
    events: dict[str, list[Row]] = defaultdict(list)
    for event in world.rows("support_ticket_events"):
        events[event["ticket_id"]].append(event)
    found = []
    for row in world.rows("support_tickets"):
        person = world.people.person_of(row["requester_id"])
        account = world.people.account_of(row["account_id"], person)
        if not world.people.is_excluded(person, account):
            story = tell(row["created_at"], events[row["ticket_id"]])
            found.append(Ticket(row, person, account, story))
    return found


def support_tickets(world: World) -> list[Row]:
    """Give one row per ticket, with all that is known of it, also after as_of_date."""
    hours = BusinessHours(world.company)
    return [_ticket_row(world, hours, ticket) for ticket in tickets(world)]


def _ticket_row(world: World, hours: BusinessHours, ticket: Ticket) -> Row:
    row, story = ticket.row, ticket.story
    created_at = row["created_at"]
    day = world.local(created_at)
    then = world.accounts.on(ticket.account, day)
    kept = ("ticket_id", "category", "feature_key", "priority", "status", "csat_score")
    return {
        **{column: row[column] for column in kept},
        "account_id": ticket.account,
        "requester_id": ticket.person,
        "created_at": created_at,
        "created_date": day,
        "first_reply_at": story.first_reply_at,
        "first_reply_minutes": _minutes(created_at, story.first_reply_at),
        "first_reply_business_minutes": _business(hours, created_at, story.first_reply_at),
        "first_solved_at": story.solves[0] if story.solves else None,
        "resolved_at": story.resolved_at,
        "resolution_minutes": _minutes(created_at, story.resolved_at),
        "resolution_business_minutes": _business(hours, created_at, story.resolved_at),
        "is_open": story.is_open,
        "solve_count": len(story.solves),
        "reopen_count": len(story.reopens),
        **{segment: getattr(then, segment) for segment in SEGMENTS},
        "is_without_account": ticket.account is None,
        "is_complete": is_complete(day, world.as_of.get("support")),
    }


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds() / 60


def _business(hours: BusinessHours, start: datetime, end: datetime | None) -> float | None:
    return None if end is None else hours.minutes(start, end)
