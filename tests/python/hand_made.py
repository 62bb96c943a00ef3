"""Companies written by hand: fills in what an example does not care about."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from reference import DEFAULT_VARS, Company, Row, contract
from reference.company import ADDED_BY_LAND
from strategies_seeds import FAMILIES, SUPPORT_WORDS

NEVER_LATE = datetime.fromisoformat("2030-01-01")
SEEDS: Mapping[str, list[Row]] = {
    "event_catalogue": [
        {"event_name": "viewed", "feature_key": None, "is_qualifying": "true"},
        {"event_name": "synced", "feature_key": "boards", "is_qualifying": "false"},
        {"event_name": "drawn", "feature_key": "boards", "is_qualifying": "true"},
        {"event_name": "asked", "feature_key": "search", "is_qualifying": "true"},
    ],
    "features": [],
    "exclusion_rules": [],
    "currency_rates": [
        {"currency": "USD", "rate_to_reporting": "1.0"},
        {"currency": "EUR", "rate_to_reporting": "1.5"},
    ],
    "business_hours": [
        {
            "iso_weekday": str(weekday),
            "opens_at": "09:00",
            "closes_at": "17:00",
            "timezone": "Europe/Berlin",
        }
        for weekday in range(1, 6)
    ],
    "business_holidays": [{"holiday_date": "2025-01-01", "holiday_name": "New Year's Day"}],
    "support_words": list(SUPPORT_WORDS),
    "metric_families": [
        {"family": family, "entity": entity}
        for family, entities in FAMILIES.items()
        for entity in entities
    ],
}


def at(text: str) -> datetime:
    """Read a UTC moment."""
    return datetime.fromisoformat(text)


def on(text: str) -> date:
    """Read a date."""
    return date.fromisoformat(text)


def company(
    until: str | None = "2025-03-01",
    seeds: Mapping[str, list[Row]] | None = None,
    variables: Mapping[str, Any] | None = None,
    tables: Mapping[str, Iterable[Row]] | None = None,
    **more: Iterable[Row],
) -> Company:
    """Land rows of some entities, all complete until a moment."""
    landed = {entity: _land(entity, rows) for entity, rows in {**(tables or {}), **more}.items()}
    loads = [
        {
            "load_id": load_id,
            "entity": entity,
            "source_system": "files",
            "complete_until": at(until) if until else None,
            "undone_at": None,
        }
        for entity, rows in landed.items()
        for load_id in sorted({row["load_id"] for row in rows})
    ]
    return Company(
        tables=landed,
        loads=loads,
        seeds={**SEEDS, **(seeds or {})},
        vars={**DEFAULT_VARS, **(variables or {})},
    )


def _land(entity: str, rows: Iterable[Row]) -> list[Row]:
    added = {**ADDED_BY_LAND, "received_at": NEVER_LATE}
    columns = dict.fromkeys(contract()[entity].types)
    return [
        {**columns, **added, "landing_row": position, **row} for position, row in enumerate(rows)
    ]


def event(actor: str, moment: str, name: str = "viewed", **more: Any) -> Row:
    """Let an actor do something."""
    row = {
        "event_id": f"{actor} {moment} {name}",
        "actor_id": actor,
        "event_name": name,
        "occurred_at": at(moment),
    }
    return row | more


def link(actor: str, person: str, moment: str = "2025-01-01") -> Row:
    """Link an actor to a person."""
    return {"actor_id": actor, "person_id": person, "linked_at": at(moment)}


def member(person: str, account: str | None, email: str | None = None, **more: Any) -> Row:
    """Know a person."""
    known = at("2025-01-01")
    row = {
        "person_id": person,
        "account_id": account,
        "email": email,
        "created_at": known,
        "updated_at": known,
    }
    return row | more


def subscription(account: str, plan: str, mrr: float, **more: Any) -> Row:
    """Let an account subscribe, from 2024 on unless said otherwise."""
    row = {
        "subscription_id": f"{account} {plan}",
        "account_id": account,
        "plan": plan,
        "mrr": mrr,
        "currency": "USD",
        "is_trial": False,
        "started_at": at("2024-01-01"),
        "updated_at": at("2024-01-01"),
    }
    return row | more


def version(account: str, moment: str, **more: Any) -> Row:
    """Describe an account from a moment on."""
    return {
        "account_id": account,
        "created_at": at("2024-01-01"),
        "updated_at": at(moment),
    } | more


def answer(person: str, moment: str, score: float | None, **more: Any) -> Row:
    """Answer an NPS survey unless said otherwise."""
    row = {
        "response_id": f"{person} {moment}",
        "survey_id": "s1",
        "survey_kind": "nps",
        "person_id": person,
        "score": score,
        "responded_at": at(moment),
    }
    return row | more


def invitation(name: str, person: str, moment: str, **more: Any) -> Row:
    """Invite somebody to an NPS survey."""
    row = {
        "invitation_id": name,
        "survey_id": "s1",
        "survey_kind": "nps",
        "person_id": person,
        "sent_at": at(moment),
    }
    return row | more


def ticket(name: str, moment: str, **more: Any) -> Row:
    """Open a ticket."""
    row = {
        "ticket_id": name,
        "requester_id": "p",
        "status": "open",
        "created_at": at(moment),
        "updated_at": at(moment),
    }
    return row | more


def change(name: str, moment: str, event_type: str, role: str = "staff") -> Row:
    """Change a ticket."""
    return {
        "ticket_event_id": f"{name} {moment} {event_type}",
        "ticket_id": name,
        "event_type": event_type,
        "actor_role": role,
        "occurred_at": at(moment),
    }


def feature(key: str, **more: Any) -> Row:
    """Describe a core feature that everybody has had from the start."""
    row = {
        "feature_key": key,
        "feature_name": key,
        "is_core": "true",
        "plans": "",
        "launched_on": "",
        "min_uses": "1",
    }
    return row | more


def rule(kind: str, value: str) -> Row:
    """Exclude by a rule."""
    return {"rule_key": value, "rule_type": kind, "rule_value": value, "reason": "a test"}


def days_after(text: str, count: int) -> str:
    """Give the moment some days after another."""
    return (at(text) + timedelta(days=count)).isoformat()


def one(rows: Iterable[Row], **where: Any) -> Row:
    """Find the one row of a mart with these values."""
    found = [row for row in rows if all(row[column] == value for column, value in where.items())]
    assert len(found) == 1, (where, found)
    return found[0]
