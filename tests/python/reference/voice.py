"""Answers to surveys, and which of them count on a date.

Choices: an invitation is known where it is accepted, whoever it went to. CSAT answers are
`satisfied` or `unsatisfied`, CES answers have no category. The account of somebody unknown has no
ARR and is not backfilled.
"""

from collections.abc import Iterable
from datetime import date

from .accounts import SEGMENTS
from .activity import World
from .company import Row
from .dates import in_window, is_complete, spine, window_start
from .staging import place_in_source

LEAST_PROMOTER = 9
MOST_DETRACTOR = 6


def category(kind: str, score: float, scales: dict[str, dict[str, float]]) -> str | None:
    """Give what a score makes of its respondent."""
    if kind == "nps":
        if score >= LEAST_PROMOTER:
            return "promoter"
        return "detractor" if score <= MOST_DETRACTOR else "passive"
    if kind == "csat":
        return "satisfied" if score >= scales["csat"]["satisfied_from"] else "unsatisfied"
    return None


def voice_responses(world: World) -> list[Row]:
    """Give the accepted answers of people and accounts that are not excluded.

    In the order of their source, so that of two at one instant the later one comes later.
    """
    invitations = {_key(row) for row in world.rows("survey_invitations")}
    rows = []
    for response in sorted(world.rows("survey_responses"), key=place_in_source):
        person = world.people.person_of(response["person_id"])
        account = world.people.account_of(response["account_id"], person)
        if world.people.is_excluded(person, account):
            continue
        day = world.local(response["responded_at"])
        then = world.accounts.on(account, day)
        kind, scales = response["survey_kind"], world.company.vars["survey_scales"]
        rows.append(
            {
                "source_system": response["source_system"],
                "response_id": response["response_id"],
                "survey_id": response["survey_id"],
                "survey_kind": kind,
                "person_id": person,
                "account_id": account,
                "has_invitation": _key(response) in invitations,
                "responded_at": response["responded_at"],
                "response_date": day,
                "score": response["score"],
                "category": category(kind, response["score"], scales),
                **{segment: getattr(then, segment) for segment in SEGMENTS},
                "is_backfilled": then.is_backfilled,
                "account_arr": then.arr,
                "is_complete": is_complete(day, world.as_of.get("voice")),
            }
        )
    return rows


def _key(row: Row) -> tuple[str, str]:
    """Return what identifies an invitation: ids are those of one system."""
    return row["source_system"], row["invitation_id"]


def voice_spine(world: World, responses: Iterable[Row]) -> list[date]:
    """Give the dates of the voice marts: from the first answer of any kind."""
    answered = [row["response_date"] for row in responses]
    return spine(min(answered, default=None), max(answered, default=None), world.as_of.get("voice"))


def current(responses: Iterable[Row], day: date, length: int) -> list[Row]:
    """Give each person's last response in the trailing window that ends on a date.

    `responses` come in the order of their source.
    """
    last: dict[str, Row] = {}
    for row in sorted(responses, key=lambda row: row["responded_at"]):
        if in_window(row["response_date"], day, length):
            last[row["person_id"]] = row
    return list(last.values())


def voice_flags(world: World, spine_days: list[date], day: date) -> Row:
    """Tell whether the window that ends on a date is full, and whether the date is complete."""
    first = window_start(day, int(world.company.vars["nps_window_days"]))
    return {
        "has_full_window": first >= spine_days[0],
        "is_complete": is_complete(day, world.as_of.get("voice")),
    }
