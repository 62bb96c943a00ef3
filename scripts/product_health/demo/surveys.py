"""Surveys: waves of NPS, scores after tickets (CSAT) and after the first weeks (CES)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.company import account_sql
from product_health.demo.mess import Shares, plant, sample
from product_health.demo.params import DAY, HOUR, MINUTE
from product_health.demo.rows import CODE, Rows, arrival, concat, make_rows, number, pick, time
from product_health.demo.words import COMMENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.events import World
    from product_health.demo.params import Ints
    from product_health.demo.support import Tickets

    Floats = NDArray[np.float64]

STREAM = 7
SURVEYS = ("nps_relationship", "nps_in_app", "csat_support", "ces_onboarding")
KINDS = ("nps", "csat", "ces")
KIND_OF_SURVEY = np.array([0, 0, 1, 2], dtype=np.int64)
RELATIONSHIP, IN_APP, CSAT, CES = range(4)
WAVE_DAYS, FIRST_WAVE = 91, 20
REMINDER_DAYS = 7
BAD_SCORES = {"score_out_of_range": 11.0, "score_fraction": 9.6, "score_missing": np.nan}


@dataclass
class Answers:
    """Invitations and what came back; responded is -1 for no answer, sent -1 for no invitation."""

    survey: Ints
    person: Ints
    sent: Ints
    reminded: Ints
    responded: Ints
    score: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.survey)


def make_answers(world: World, tickets: Tickets) -> Answers:
    """Everybody's invitations and answers, whatever the survey."""
    rng = world.parameters.rng(STREAM)
    waves = range(FIRST_WAVE, world.parameters.days, WAVE_DAYS)
    parts = [_wave(rng, world, tickets, day) for day in waves]
    parts.append(_in_app(rng, world, tickets))
    parts.append(_after_tickets(rng, tickets))
    parts.append(_after_first_weeks(rng, world))
    names = Answers.__dataclass_fields__
    answers = Answers(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})
    end = world.parameters.end_us
    answers.responded = np.where(answers.responded < end, answers.responded, -1)
    answers.reminded = np.where(answers.reminded < end, answers.reminded, -1)
    keep = (answers.sent < end) & ((answers.sent >= 0) | (answers.responded >= 0))
    return Answers(**{name: getattr(answers, name)[keep] for name in names})


def _alive(world: World, day: int) -> Ints:
    people = world.actors.people
    created = world.parameters.days_of(people.created)
    return np.flatnonzero(people.is_known & (created < day - 3) & (people.left_day + 15 > day))


def _nps_scores(
    rng: np.random.Generator, world: World, tickets: Tickets, person: Ints, at: Ints
) -> Floats:
    """Return scores that follow health, adopted features, tickets and the incident."""
    people, accounts = world.actors.people, world.accounts
    day = world.parameters.days_of(at)
    account = people.account[person]
    health = np.where(account >= 0, accounts.health[account], 0.5)
    adopted = (people.adopted[person] <= day[:, None]).mean(axis=1)
    asked = np.bincount(tickets.person, minlength=len(people))[person]
    trouble = accounts.in_incident(account, day, after=45)
    mean = 4.9 + 4.0 * health + 3.2 * adopted - 0.25 * np.minimum(asked, 5) - 2.4 * trouble
    return np.asarray(np.clip(np.round(rng.normal(mean, 1.7)), 0, 10))


def _wave(rng: np.random.Generator, world: World, tickets: Tickets, day: int) -> Answers:
    alive = _alive(world, day)
    person = alive[sample(rng, len(alive), 0.45)]
    count = len(person)
    sent = world.parameters.start_us + (day + rng.integers(0, 3, count)) * DAY
    sent += rng.integers(8 * HOUR, 11 * HOUR, count) // 1000 * 1000
    delay = np.exp(rng.normal(np.log(14.0), 1.6, count)) * HOUR
    responded = sent + np.minimum(delay, 40 * DAY).astype(np.int64) // 1000 * 1000 + MINUTE
    answers = rng.random(count) < 0.42
    reminded = sent + REMINDER_DAYS * DAY
    unanswered = ~answers | (responded > reminded)
    return Answers(
        survey=np.full(count, RELATIONSHIP, dtype=np.int64),
        person=person,
        sent=sent,
        reminded=np.where(unanswered & (rng.random(count) < 0.8), reminded, -1),
        responded=np.where(answers, responded, -1),
        score=_nps_scores(rng, world, tickets, person, responded),
    )


def _in_app(rng: np.random.Generator, world: World, tickets: Tickets) -> Answers:
    """Scores given in the product, without an invitation."""
    people, parameters = world.actors.people, world.parameters
    known = np.flatnonzero(people.is_known)
    chosen = known[rng.random(len(known)) < 0.12]
    first = np.maximum(people.created[chosen], parameters.start_us) + 2 * DAY
    last = np.minimum(parameters.start_us + people.left_day[chosen] * DAY, parameters.end_us)
    chosen, first, last = (x[last > first] for x in (chosen, first, last))
    at = first + (rng.random(len(chosen)) * (last - first)).astype(np.int64) // 1000 * 1000
    none = np.full(len(chosen), -1, dtype=np.int64)
    score = _nps_scores(rng, world, tickets, chosen, at)
    survey = np.full(len(chosen), IN_APP, dtype=np.int64)
    return Answers(survey, chosen, none, none.copy(), at, score)


def _after_tickets(rng: np.random.Generator, tickets: Tickets) -> Answers:
    which = np.flatnonzero((tickets.solved >= 0) & (rng.random(len(tickets)) < 0.6))
    count = len(which)
    sent = tickets.solved[which] + HOUR
    responded = (
        sent + (rng.exponential(12.0, count) * HOUR).astype(np.int64) // 1000 * 1000 + MINUTE
    )
    slow = tickets.solved[which] - tickets.created[which] > 3 * DAY
    score = np.clip(np.round(rng.normal(np.where(slow, 3.2, 4.3), 0.9)), 1, 5)
    return Answers(
        survey=np.full(count, CSAT, dtype=np.int64),
        person=tickets.person[which],
        sent=sent,
        reminded=np.full(count, -1, dtype=np.int64),
        responded=np.where(rng.random(count) < 0.35, responded, -1),
        score=score,
    )


def _after_first_weeks(rng: np.random.Generator, world: World) -> Answers:
    people, parameters = world.actors.people, world.parameters
    new = people.is_known & (people.created >= parameters.start_us)
    person = np.flatnonzero(new & (rng.random(len(people)) < 0.5))
    count = len(person)
    sent = people.created[person] + 14 * DAY
    responded = (
        sent + (rng.exponential(40.0, count) * HOUR).astype(np.int64) // 1000 * 1000 + MINUTE
    )
    account = people.account[person]
    health = np.where(account >= 0, world.accounts.health[account], 0.5)
    return Answers(
        survey=np.full(count, CES, dtype=np.int64),
        person=person,
        sent=sent,
        reminded=np.full(count, -1, dtype=np.int64),
        responded=np.where(rng.random(count) < 0.3, responded, -1),
        score=np.clip(np.round(rng.normal(3.4 + 2.6 * health, 1.2)), 1, 7),
    )


def invitation_rows(world: World, answers: Answers) -> Rows:
    """First invitations, then reminders, which are invitations of their own."""
    rng = world.parameters.rng(STREAM, 1)
    invited = np.flatnonzero(answers.sent >= 0)
    reminded = np.flatnonzero(answers.reminded >= 0)
    which = np.concatenate([invited, reminded])
    at = np.concatenate([answers.sent[invited], answers.reminded[reminded]])
    rows = make_rows(
        "survey_invitations",
        {
            "invitation": np.concatenate([invited, len(answers) + reminded]),
            "survey": answers.survey[which],
            "person": answers.person[which],
            "account": world.actors.people.account[answers.person[which]],
        },
        event=at,
        received=arrival(rng, at, late_share=0.01),
    )
    return plant(rows, world.parameters, rng, Shares(0.006, 0.004, 0.0, 0.0, 0.004))


def response_rows(world: World, answers: Answers) -> Rows:
    """Return the answers, and answers with scores that no scale has."""
    rng = world.parameters.rng(STREAM, 2)
    which = np.flatnonzero(answers.responded >= 0)
    at = answers.responded[which]
    after_reminder = (answers.reminded[which] >= 0) & (at > answers.reminded[which])
    invitation = np.where(after_reminder, len(answers) + which, which)
    comment = rng.integers(0, 3 * len(COMMENTS), len(which))
    rows = make_rows(
        "survey_responses",
        {
            "response": which,
            "invitation": np.where(answers.sent[which] >= 0, invitation, -1),
            "survey": answers.survey[which],
            "person": answers.person[which],
            "account": world.actors.people.account[answers.person[which]],
            "score": answers.score[which],
            "comment": np.where(comment < len(COMMENTS), comment, -1),
        },
        event=at,
        received=arrival(rng, at, late_share=0.015),
    )
    shares = Shares(0.006, 0.004, 0.002, 0.002, 0.004)
    rows = plant(rows, world.parameters, rng, shares, ("comment", len(COMMENTS)))
    return concat([rows, *_bad_scores(rng, rows, len(answers))])


def _bad_scores(rng: np.random.Generator, rows: Rows, first_response: int) -> list[Rows]:
    sound = rows.take((rows.kind == CODE["sound"]) & (KIND_OF_SURVEY[rows.columns["survey"]] == 0))
    parts = []
    for turn, (kind, score) in enumerate(BAD_SCORES.items()):
        bad = sound.take(sample(rng, len(sound), 0.01)).marked(kind)
        bad.columns["score"] = np.full(len(bad), score)
        bad.columns["response"] = first_response * (1 + turn) + bad.columns["response"]
        parts.append(bad)
    return parts


def invitation_select(accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of survey_invitations."""
    return {
        "invitation_id": number("inv_", "invitation"),
        **_common(accounts),
        "sent_at": time("event_us"),
    }


def response_select(accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of survey_responses."""
    return {
        "response_id": number("res_", "response"),
        "invitation_id": number("inv_", "invitation"),
        **_common(accounts),
        "score": "case when not isnan(score) then score end",
        "comment": pick(COMMENTS, "comment"),
        "responded_at": time("event_us"),
    }


def _common(accounts: Accounts) -> dict[str, str]:
    kinds = tuple(KINDS[kind] for kind in KIND_OF_SURVEY)
    return {
        "survey_id": pick(SURVEYS, "survey"),
        "survey_kind": pick(kinds, "survey"),
        "person_id": number("per_", "person"),
        "account_id": account_sql(accounts, "account"),
    }
