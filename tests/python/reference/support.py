"""Support tickets: when they were answered, solved, merged, deleted and opened again.

Choices: `requester_id` is the person of the requester. A ticket is without account where neither it
nor its requester has one. `resolved_at` is None while the ticket is open, also after a solve, and
where it was merged or deleted. A merged or deleted ticket stays that until something opens it. One
that is merged or deleted after it was solved is out of the waiting times, and left the backlog when
it was solved. Where its status says more than its events, each version of the latest run of such
statuses is one more thing that happened to it, after the events of the same instant; a version that
its source deleted has the status deleted.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from .accounts import SEGMENTS
from .activity import World
from .business import BusinessHours
from .company import Row
from .dates import is_complete
from .staging import history, place_in_source
from .support_words import fold, meanings, ticket_key, uncounted_reason

OPEN, SOLVED = "open", "solved"
REMOVED = ("merged", "deleted")


class Move(NamedTuple):
    """Something that says in which state a ticket is from a moment on."""

    moment: datetime
    state: str
    evidence: str = "event"


class Story(NamedTuple):
    """What happened to a ticket: only what changed its state, and the first reply.

    `removals` are those of an open ticket; `last` is the last change, None where there is none.
    """

    solves: list[datetime]
    reopens: list[datetime]
    removals: list[datetime]
    last: Move | None
    is_reopened: bool
    first_reply_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether the ticket is open now."""
        return self.last is None or self.last.state == OPEN

    @property
    def resolved_at(self) -> datetime | None:
        """When it was last solved, if that is what became of it."""
        return self.last.moment if self.last and self.last.state == SOLVED else None

    @property
    def removed_at(self) -> datetime | None:
        """When it was merged or deleted, if that is what became of it."""
        return self.last.moment if self.last and self.last.state in REMOVED else None


class Ticket(NamedTuple):
    """A ticket of somebody who is not excluded, with its story."""

    row: Row
    person: str
    account: str | None
    story: Story


class Desk:
    """Reads the events and versions of tickets by the words of the seed."""

    def __init__(self, world: World) -> None:
        """Sort the events and versions of a company by ticket."""
        self._meanings = meanings(world)
        self._events: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for event in world.rows("support_ticket_events"):
            self._events[ticket_key(event)].append(event)
        self._versions: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for version in history(world.outcomes["support_tickets"]):
            self._versions[ticket_key(version)].append(version)

    def story(self, ticket: Row) -> Story:
        """Give what happened to a ticket."""
        created_at = ticket["created_at"]
        events = [
            event
            for event in self._events[ticket_key(ticket)]
            if uncounted_reason(event, created_at) is None
        ]
        events.sort(key=lambda event: (event["occurred_at"], place_in_source(event)))
        moves = [
            Move(max(event["occurred_at"], created_at), state)
            for event in events
            if (state := self._state("event", event["event_type"]))
        ]
        story = told(moves)
        further = [
            move for move in self._ends(ticket) if _extent(move.state) > _extent(_state_of(story))
        ]
        if further:
            story = told(
                sorted(moves + further, key=lambda move: (move.moment, move.evidence != "event"))
            )
        replies = [event["occurred_at"] for event in events if self._is_reply(event)]
        first = max(min(replies), created_at) if replies else None
        return story._replace(first_reply_at=first)

    def _state(self, kind: str, word: str) -> str | None:
        meaning = self._meanings.get((kind, fold(word)))
        if meaning in (OPEN, "reopened"):
            return OPEN
        return meaning if meaning == SOLVED or meaning in REMOVED else None

    def _is_reply(self, event: Row) -> bool:
        what = self._meanings.get(("event", fold(event["event_type"])))
        who = self._meanings.get(("role", fold(event["actor_role"])))
        return what == "public_reply" and who == "staff"

    def _ends(self, ticket: Row) -> list[Move]:
        """Give the latest unbroken run of versions whose status says that the ticket has ended."""
        run: list[Move] = []
        for version in sorted(
            self._versions[ticket_key(ticket)], key=lambda row: row["updated_at"], reverse=True
        ):
            state = self._state("status", version["status"])
            evidence = "status"
            if version["is_deleted"]:
                state, evidence = "deleted", "deletion"
            if state is None or state == OPEN:
                break
            run.append(Move(max(version["updated_at"], ticket["created_at"]), state, evidence))
        return run[::-1]


def _state_of(story: Story) -> str:
    return story.last.state if story.last else OPEN


def _extent(state: str) -> int:
    """Say how far a ticket in this state has ended."""
    return 0 if state == OPEN else 1 if state == SOLVED else 2


def told(moves: Iterable[Move]) -> Story:
    """Go through the moves of a ticket in order and keep the changes of state."""
    story, state = Story([], [], [], None, False, None), OPEN  # noqa: FBT003
    for move in moves:
        is_change = state != OPEN if move.state == OPEN else _extent(move.state) > _extent(state)
        if not is_change:
            continue
        if move.state == OPEN:
            story.reopens.append(move.moment)
            story = story._replace(is_reopened=bool(story.solves))
        elif move.state == SOLVED:
            story.solves.append(move.moment)
        elif state == OPEN:
            story.removals.append(move.moment)
        state = move.state
        story = story._replace(last=move)
    return story


def tickets(world: World) -> list[Ticket]:
    """Give the accepted tickets of people and accounts that are not excluded."""
    desk = Desk(world)
    found = []
    for row in world.rows("support_tickets"):
        person = world.people.person_of(row["requester_id"])
        account = world.people.account_of(row["account_id"], person)
        if not world.people.is_excluded(person, account):
            found.append(Ticket(row, person, account, desk.story(row)))
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
    timed_reply_at = None if story.removed_at else story.first_reply_at
    kept = (
        "source_system",
        "ticket_id",
        "category",
        "feature_key",
        "priority",
        "status",
        "csat_score",
    )
    return {
        **{column: row[column] for column in kept},
        "account_id": ticket.account,
        "requester_id": ticket.person,
        "created_at": created_at,
        "created_date": day,
        "first_reply_at": story.first_reply_at,
        "first_reply_minutes": _minutes(created_at, timed_reply_at),
        "first_reply_business_minutes": _business(hours, created_at, timed_reply_at),
        "first_solved_at": story.solves[0] if story.solves else None,
        "resolved_at": story.resolved_at,
        "resolution_minutes": _minutes(created_at, story.resolved_at),
        "resolution_business_minutes": _business(hours, created_at, story.resolved_at),
        "removed_at": story.removed_at,
        "removed_as": story.last.state if story.last and story.removed_at else None,
        "is_open": story.is_open,
        "is_ended_by_status": story.last is not None and story.last.evidence == "status",
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
