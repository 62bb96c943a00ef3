"""Random rows of each landing entity, as their source would mean them: mess is added elsewhere."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reference import Row, contract
from reference.dates import to_utc

EVENT_NAMES = ("viewed", "created", "edited", "shared", "exported", "synced", "unlisted")
PLANS = ("starter", "growth", "enterprise")
SURVEYS = (("s_nps_a", "nps"), ("s_nps_b", "nps"), ("s_csat", "csat"), ("s_ces", "ces"))
NPS_SCORES = (0.0, 6.0, 6.0, 6.0, 7.0, 8.0, 8.0, 9.0, 9.0, 9.0, 10.0, 10.0, 11.0, -1.0, 6.5)
RATING_SCORES = (1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 4.0, 4.0, 5.0, 5.0, 5.0, 0.0, 6.0, 3.5)
# The last two are somebody: seed placeholder_ids of a random company has not all words either.
NOBODIES = ("undefined", "Undefined", " NULL ", "0", "none", "undefined2")
DOMAINS = (
    *["client.example"] * 8,
    "ourcompany.example",
    "OurCompany.example",
    "eu.ourcompany.example",
)
ADDRESSES = ("{}@{}", "{}@{}", " {}@{}  ", "A name <{}@{}>", '"A, name" < {}@{} > ')
MRRS = (100.0, 100.0, 100.0, 125.0, 125.0, 200.0, 200.0, 300.0)
STORIES = (
    ("created", "public_reply", "solved"),
    ("public_reply", "solved", "reopened"),
    ("solved", "solved", "reopened", "solved"),
    ("internal_note", "public_reply", "public_reply"),
    ("reopened", "solved", "reopened", "public_reply", "solved"),
    ("solved",),
    ("public_reply",),
    ("public_reply", "merged", "solved"),
    ("solved", "deleted", "reopened"),
    ("deleted", "merged", "other"),
)
# What a help desk calls something of its own; nobody has listed the last ones.
EVENT_WORDS = {
    "solved": ("solved", "closed", "Solved", " CLOSED "),
    "reopened": ("reopened", "open", "Pending"),
    "merged": ("merged", "Merged"),
    "deleted": ("deleted", "spam"),
    "public_reply": ("public_reply", "public_reply", "Reply", "shouted"),
    "other": ("assigned", "vanished"),
}
ROLES = ("staff", "staff", "staff", "agent", " Agent", "customer", "End-user", "bot", "wizard")
STATUSES = {
    "open": ("open", "New", "pending", "limbo"),
    "ended": ("solved", "solved", "Closed ", "closed", "deleted", "merged"),
}
# By how much an event may be ahead of its ticket: the clocks differ, to the second, or more.
AHEAD = (
    timedelta(milliseconds=480),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=1, microseconds=1),
    timedelta(hours=30),
)
# Where midnight and its neighbours are as likely as the rest of the day.
CLOCKS = tuple(
    time.fromisoformat(clock)
    for clock in ("00:00", "00:00:01", "01:30", "02:30", "09:00", "12:15", "23:30", "23:59:59")
)


# Entities of which several systems send rows, in some of the loads.
OF_SEVERAL_SYSTEMS = (
    "usage_events",
    "usage_identities",
    "usage_people",
    "crm_accounts",
    "crm_subscriptions",
    "support_tickets",
    "support_ticket_events",
    "survey_invitations",
    "survey_responses",
)


def system_of(entity: str, load_id: int) -> str:
    """Give the source system that a load of an entity came from."""
    return "zendesk" if entity in OF_SEVERAL_SYSTEMS and load_id % 3 == 2 else "files"


def seeded(key: str) -> random.Random:
    """Give a generator of its own for anything that has a name."""
    return random.Random(key)  # noqa: S311


@dataclass(frozen=True)
class Sketch:
    """The size of a company, and the stretch of time in which it lives."""

    seed: int
    zone: ZoneInfo
    start: date
    days: int
    actors: int
    persons: int
    accounts: int
    features: int
    is_scattered: bool

    def moment(self, rng: random.Random, before: int = 0, after: int = 0) -> datetime:
        """Give a UTC moment within the company's days, or some days before or after."""
        if self.is_scattered or before or after:
            offset = rng.randint(-before, self.days - 1 + after)
        else:
            # Few dates with a window's length between them: edges at 7, 27, 28 and 29 days.
            offset = rng.choice((0, 1, 6, 7, 27, 28, 29, 35, 56)) % self.days
        day = self.start + timedelta(days=offset)
        clock = rng.choice(CLOCKS) if rng.random() < 0.5 else time(rng.randrange(24))
        return to_utc(day, clock, self.zone) + timedelta(minutes=rng.choice((0, 0, 30, 31)))

    def actor(self, rng: random.Random) -> str:
        """Give an actor: most are numbered, the last one calls itself a bot."""
        index = rng.randrange(max(self.actors, 1))
        return "bot-7" if index == 7 else f"a{index}"

    def person(self, rng: random.Random) -> str:
        """Give a person, sometimes one who is known as an actor only."""
        return f"p{rng.randrange(self.persons)}" if rng.random() < 0.85 else self.actor(rng)

    def account(self, rng: random.Random, absent: float = 0.3) -> str | None:
        """Give an account, none, or now and then one that the CRM does not know."""
        if rng.random() < absent:
            return None
        if not self.accounts or rng.random() < 0.06:
            return rng.choice(("acc_internal", "acc_ghost"))
        return f"acc{rng.randrange(self.accounts)}"

    def feature(self, rng: random.Random) -> str | None:
        """Give a feature, or none."""
        return f"f{rng.randrange(4)}" if rng.random() < 0.6 else None


def _usage_events(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    if not sketch.actors:
        return []
    event = {
        "event_id": f"e{index}",
        "actor_id": sketch.actor(rng),
        "account_id": sketch.account(rng, absent=0.6),
        "event_name": rng.choice(EVENT_NAMES),
        "occurred_at": sketch.moment(rng),
        "platform": rng.choice(("web", "web", "ios", None)),
        "properties": rng.choice((None, "{}")),
    }
    if rng.random() < 0.15:
        return [event, event | _later(index, event, rng, 1)]
    if rng.random() < 0.04:
        return [event | _again(index, event, step) for step in range(5)]
    if rng.random() < 0.01:
        return [event | _again(index, event, step) for step in range(52)]
    return [event]


def _later(index: int, event: Row, rng: random.Random, number: int) -> Row:
    """Follow an event: the same id at another time, the edge of a session, or of a window."""
    gap = rng.choice(
        (
            timedelta(minutes=30),
            timedelta(minutes=30, seconds=1),
            timedelta(days=1),
            timedelta(days=7),
            timedelta(days=27),
            timedelta(days=28),
        )
    )
    event_id = event["event_id"] if rng.random() < 0.2 else f"e{index}-{number}"
    return {"event_id": event_id, "occurred_at": event["occurred_at"] + gap}


def _again(index: int, event: Row, step: int) -> Row:
    """Go on and on, half an hour apart: many events on a date, or a session beyond 24 hours."""
    moment = event["occurred_at"] + step * timedelta(minutes=30)
    return {"event_id": f"e{index}-{step}", "occurred_at": moment}


def _usage_identities(sketch: Sketch, rng: random.Random, _: int) -> list[Row]:
    """Link actors to persons, persons to persons, and now and then in a circle."""
    linked_at = (
        sketch.moment(rng) if rng.random() < 0.7 else to_utc(sketch.start, time(12), sketch.zone)
    )
    if rng.random() < 0.12 and sketch.persons > 1:
        size = rng.randint(2, min(3, sketch.persons))
        circle = [f"p{number}" for number in range(size)]
        return [
            {"actor_id": one, "person_id": other, "linked_at": linked_at - timedelta(days=99)}
            for one, other in zip(circle, circle[1:] + circle[:1], strict=True)
        ]
    actor = sketch.actor(rng) if rng.random() < 0.75 else sketch.person(rng)
    person = sketch.person(rng) if rng.random() < 0.85 else rng.choice(NOBODIES)
    return [{"actor_id": actor, "person_id": person, "linked_at": linked_at}]


def _usage_people(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    person = f"p{index % sketch.persons}" if rng.random() < 0.85 else sketch.actor(rng)
    address = rng.choice(ADDRESSES).format(person, rng.choice(DOMAINS))
    updated_at = sketch.moment(rng, before=30)
    return [
        {
            "person_id": person,
            "account_id": sketch.account(rng, absent=0.15),
            "email": address if rng.random() < 0.9 else None,
            "role": rng.choice(("admin", "member", None)),
            "created_at": updated_at - timedelta(days=1),
            "updated_at": updated_at,
        }
    ]


def _crm_accounts(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    if not sketch.accounts:
        return []
    updated_at = sketch.moment(rng, before=rng.choice((0, 60)))
    return [
        {
            "account_id": f"acc{index % sketch.accounts}",
            "name": "A company",
            "size_segment": rng.choice(("smb", "enterprise", None)),
            "industry": rng.choice(("retail", "banking", None)),
            "region": rng.choice(("emea", "amer")),
            "created_at": updated_at - timedelta(days=10),
            "updated_at": updated_at,
        }
    ]


def _crm_subscriptions(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    started_at = sketch.moment(rng, before=rng.choice((0, 60, 60)))
    length = rng.choice((*[None] * 6, 45, 30, 30, 14, 14, 7, 1, 0, -1))
    is_trial = rng.random() < 0.25
    row = {
        "subscription_id": f"sub{index}",
        "account_id": sketch.account(rng, absent=0.0),
        "plan": rng.choice(PLANS),
        "seats": rng.randint(1, 50),
        "mrr": 0.0 if is_trial else rng.choice((*MRRS, 0.0, -5.0)),
        "currency": rng.choice(("USD", "USD", "EUR", "GBP")),
        "is_trial": is_trial,
        "started_at": started_at,
        "ended_at": None if length is None else started_at + timedelta(days=length),
        "updated_at": started_at,
    }
    if rng.random() < 0.3:
        changed = {"plan": rng.choice(PLANS), "updated_at": started_at + timedelta(days=1)}
        return [row, row | changed]
    return [row]


def _support_tickets(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    created_at = sketch.moment(rng)
    row = {
        "ticket_id": f"t{index}",
        "account_id": sketch.account(rng),
        "requester_id": sketch.person(rng),
        "subject": "Help",
        "category": rng.choice(("bug", "question", None)),
        "feature_key": sketch.feature(rng),
        "priority": rng.choice(("low", "urgent", None)),
        "status": "open",
        "created_at": created_at,
        "csat_score": rng.choice((None, None, None, *RATING_SCORES)),
        "updated_at": created_at,
    }
    rows = [row | {"status": rng.choice(STATUSES["open"])}]
    for days in rng.choice(((), (), (), (2,), (2,), (2, 3), (0, 2, 3), (-1,))):
        status = rng.choice(STATUSES[rng.choice(("open", "ended", "ended", "ended"))])
        moment = created_at + timedelta(days=days, minutes=1)
        rows.append(row | {"status": status, "updated_at": moment})
    return rows


def _support_ticket_events(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    """Change a ticket: in order, in no order, twice at once, just or long before it was there."""
    ticket = rng.randrange(10)
    created = _support_tickets(sketch, seeded(f"{sketch.seed}-support_tickets-{ticket}"), 0)
    story = rng.choice(STORIES)
    ahead = rng.choice((*[timedelta(0)] * 5, *AHEAD))
    moment = created[0]["created_at"] - ahead
    rows = []
    for step, event_type in enumerate(story):
        moment += timedelta(hours=rng.choice((0, 0.25, 1, 5, 24, 24, 30, 72, 200, -1)))
        rows.append(
            {
                "ticket_event_id": f"te{index}-{step}",
                "ticket_id": f"t{ticket}",
                "event_type": rng.choice(EVENT_WORDS.get(event_type, (event_type,))),
                "actor_role": rng.choice(ROLES),
                "occurred_at": moment,
            }
        )
    return rows


def _survey_invitations(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    survey, kind = rng.choice(SURVEYS)
    sent_at = sketch.moment(rng)
    row = {
        "invitation_id": f"i{index}",
        "survey_id": survey,
        "survey_kind": kind,
        "person_id": sketch.person(rng),
        "account_id": sketch.account(rng),
        "sent_at": sent_at,
    }
    if rng.random() < 0.3:
        gap = timedelta(days=rng.choice((5, 30, 31)), seconds=rng.choice((0, 0, 1)))
        return [row, row | {"invitation_id": f"i{index}-again", "sent_at": sent_at + gap}]
    return [row]


def _survey_responses(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
    """Answer an invitation, or of one's own accord; half of all answers are to NPS."""
    number = rng.randrange(16)
    asked = _survey_invitations(
        sketch, seeded(f"{sketch.seed}-survey_invitations-{number}"), number
    )
    invitation = rng.choice(asked)
    survey, kind = rng.choice((*SURVEYS, *SURVEYS[:2], ("s_other", "osat")))
    row: Row = {
        "response_id": f"r{index}",
        "invitation_id": None,
        "survey_id": survey,
        "survey_kind": kind,
        "person_id": sketch.person(rng),
        "account_id": sketch.account(rng, absent=0.2),
        "comment": rng.choice((None, "ok")),
        "responded_at": sketch.moment(
            rng, before=rng.choice((0, 0, 80)), after=rng.choice((0, 0, 40))
        ),
    }
    if rng.random() < 0.45:
        gap = rng.choice((timedelta(hours=-1), timedelta(0), *[timedelta(days=3)] * 4))
        gap = rng.choice((gap, gap, timedelta(days=30), timedelta(days=30, seconds=1)))
        kept = ("invitation_id", "survey_id", "survey_kind", "person_id", "account_id")
        row |= {column: invitation[column] for column in kept}
        row["responded_at"] = invitation["sent_at"] + gap
    row["score"] = rng.choice(NPS_SCORES if row["survey_kind"] == "nps" else RATING_SCORES)
    return [row]


def _others(sketch: Sketch, rng: random.Random) -> Row:
    """Fill the columns of the entities that no mart reads yet."""
    moment = sketch.moment(rng)
    return {
        "account_id": sketch.account(rng, absent=0.0),
        "type": "new",
        "stage": "open",
        "created_at": moment,
        "updated_at": moment,
        "status": "open",
        "person_id": sketch.person(rng),
        "variants": '{"control": 0.5}',
        "planned_start": sketch.start,
        "subject_id": sketch.person(rng),
        "variant": "control",
        "exposed_at": moment,
        "accessed_at": moment,
    }


def _other(entity: str, key: str) -> Callable[[Sketch, random.Random, int], list[Row]]:
    def make(sketch: Sketch, rng: random.Random, index: int) -> list[Row]:
        columns = contract()[entity].types
        row = {column: value for column, value in _others(sketch, rng).items() if column in columns}
        return [row | {key: f"x{index // 2}"}]

    return make


MAKERS: dict[str, Callable[[Sketch, random.Random, int], list[Row]]] = {
    "usage_events": _usage_events,
    "usage_identities": _usage_identities,
    "usage_people": _usage_people,
    "crm_accounts": _crm_accounts,
    "crm_subscriptions": _crm_subscriptions,
    "crm_opportunities": _other("crm_opportunities", "opportunity_id"),
    "support_tickets": _support_tickets,
    "support_ticket_events": _support_ticket_events,
    "survey_invitations": _survey_invitations,
    "survey_responses": _survey_responses,
    "feedback_requests": _other("feedback_requests", "request_id"),
    "feedback_votes": _other("feedback_votes", "request_id"),
    "experiments": _other("experiments", "experiment_id"),
    "experiment_exposures": _other("experiment_exposures", "experiment_id"),
    "tool_licences": _other("tool_licences", "tool"),
    "tool_access": _other("tool_access", "tool"),
}
