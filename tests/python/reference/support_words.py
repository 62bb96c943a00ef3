"""What the words of help desks mean, and what of their rows counts for nothing.

Choices: a word is compared in lower case and without blanks around it. Words of every version of a
ticket are looked at, and kinds of survey where they are why a row was quarantined.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .activity import World
from .company import Row
from .staging import history

CLOCK_TOLERANCE = timedelta(hours=1)
TYPES = ("event", "role", "status")
SURVEY_KIND = "survey_kind"


def fold(word: str) -> str:
    """Make words equal that differ in letter case and blanks around them only."""
    return word.strip().lower()


def meanings(world: World) -> dict[tuple[str, str], str]:
    """Give the meaning of each word that somebody listed, by its type and the word."""
    rows = world.company.seed("support_words")
    return {(row["word_type"], row["word"]): row["meaning"] for row in rows}


def uncounted_reason(event: Row, created_at: datetime | None) -> str | None:
    """Say why an event counts for nothing; None where it counts."""
    if created_at is None:
        return "unknown_ticket"
    return "before_ticket" if event["occurred_at"] < created_at - CLOCK_TOLERANCE else None


def ticket_key(row: Row) -> tuple[str, str]:
    """Return what identifies a ticket: ids are those of one system."""
    return row["source_system"], row["ticket_id"]


def int_uncounted_ticket_events(world: World) -> list[Row]:
    """Give the tickets with events that count for nothing, by reason."""
    created = {ticket_key(row): row["created_at"] for row in world.rows("support_tickets")}
    moments: dict[tuple[str, str, str], list[datetime]] = {}
    for event in world.rows("support_ticket_events"):
        reason = uncounted_reason(event, created.get(ticket_key(event)))
        if reason:
            moments.setdefault((reason, *ticket_key(event)), []).append(event["occurred_at"])
    return [
        {
            "uncounted_reason": reason,
            "source_system": system,
            "ticket_id": ticket,
            "event_count": len(of_ticket),
            "first_occurred_at": min(of_ticket),
            "last_occurred_at": max(of_ticket),
        }
        for (reason, system, ticket), of_ticket in moments.items()
    ]


def int_unlisted_words(world: World) -> list[Row]:
    """Give the words that nobody listed."""
    listed = meanings(world)
    moments: dict[tuple[str, str], list[datetime]] = {}
    for kind, word, moment in _words(world):
        if (kind, fold(word)) not in listed:
            moments.setdefault((kind, fold(word)), []).append(moment)
    return [
        {
            "word_type": kind,
            "word": word,
            "row_count": len(of_word),
            "first_named_at": min(of_word),
            "last_named_at": max(of_word),
        }
        for (kind, word), of_word in moments.items()
    ]


def _words(world: World) -> Iterable[tuple[str, str, datetime]]:
    for event in world.rows("support_ticket_events"):
        yield "event", event["event_type"], event["occurred_at"]
        yield "role", event["actor_role"], event["occurred_at"]
    for version in history(world.outcomes["support_tickets"]):
        yield "status", version["status"], version["updated_at"]
    for entity, time in (("survey_invitations", "sent_at"), ("survey_responses", "responded_at")):
        for one in world.outcomes[entity]:
            if one.reason == "unknown_survey_kind":
                yield SURVEY_KIND, one.row["survey_kind"], one.row[time]
