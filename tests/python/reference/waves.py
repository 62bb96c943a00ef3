"""Response rates: who was invited in a wave, and who answered within 30 days.

Choices: invitations of excluded people, and to excluded accounts, are left out, as responses are.
Who answered is the person invited, whatever name the answer bears. An answer without a known
invitation counts in the month in which it was given.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .activity import World
from .company import Row
from .dates import is_complete, period_end, period_start
from .numbers import ratio


class Chain(NamedTuple):
    """An opening invitation of a person with its reminders."""

    survey: str
    person: str
    month: date
    is_answered: bool


def survey_waves(world: World, responses: Sequence[Row]) -> list[Row]:
    """Give invited and responded people by survey and calendar month of the first invitation.

    `responses` are the rows of voice_responses.
    """
    chains = _chains(world, responses)
    strays = [
        (row["survey_id"], period_start(row["response_date"], "month"))
        for row in responses
        if not row["has_invitation"]
    ]
    waves = sorted({(chain.survey, chain.month) for chain in chains} | set(strays))
    return [
        _wave(world, [one for one in chains if (one.survey, one.month) == wave], wave)
        | {"responses_without_invitation": strays.count(wave)}
        for wave in waves
    ]


def _wave(world: World, chains: Sequence[Chain], wave: tuple[str, date]) -> Row:
    survey, month = wave
    invited = {chain.person for chain in chains}
    responded = {chain.person for chain in chains if chain.is_answered}
    last_answer = period_end(month, "month") + _patience(world)
    return {
        "survey_id": survey,
        "survey_kind": _kind(world, survey),
        "wave_month": month,
        "invited_people": len(invited),
        "responded_people": len(responded),
        "response_rate": ratio(len(responded), len(invited)),
        "is_complete": is_complete(last_answer, world.as_of.get("voice")),
    }


def _patience(world: World) -> timedelta:
    return timedelta(days=int(world.company.vars["response_days"]))


def _kind(world: World, survey: str) -> str:
    rows = world.rows("survey_invitations") + world.rows("survey_responses")
    return min(str(row["survey_kind"]) for row in rows if row["survey_id"] == survey)


def _chains(world: World, responses: Sequence[Row]) -> list[Chain]:
    invitations: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in world.rows("survey_invitations"):
        person = world.people.person_of(row["person_id"])
        account = world.people.account_of(row["account_id"], person)
        if not world.people.is_excluded(person, account):
            invitations[row["survey_id"], person].append(row)
    answers = _answers(world, responses)
    patience = _patience(world)
    chains = []
    for (survey, person), of_person in invitations.items():
        waiting = sorted(of_person, key=lambda row: (row["sent_at"], row["invitation_id"]))
        while waiting:
            opened_at = waiting[0]["sent_at"]
            chain = [row for row in waiting if row["sent_at"] <= opened_at + patience]
            waiting = waiting[len(chain) :]
            is_answered = any(
                opened_at <= answered_at <= opened_at + patience
                for row in chain
                for answered_at in answers[row["source_system"], row["invitation_id"]]
            )
            month = period_start(world.local(opened_at), "month")
            chains.append(Chain(survey, person, month, is_answered))
    return chains


def _answers(world: World, responses: Sequence[Row]) -> dict[tuple[str, str], list[datetime]]:
    counted = {(row["source_system"], row["response_id"]) for row in responses}
    answers: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for row in world.rows("survey_responses"):
        if (row["source_system"], row["response_id"]) in counted:
            answers[row["source_system"], row["invitation_id"]].append(row["responded_at"])
    return answers
