"""Random seeds of a company: catalogue, features, exclusion rules, rates, business calendar."""

import random
from datetime import timedelta

from reference import Row
from strategies_rows import EVENT_NAMES, PLANS, Sketch, seeded

FAMILIES = {
    "accounts": ("crm_accounts", "crm_subscriptions"),
    "support": ("support_tickets", "support_ticket_events"),
    "usage": ("usage_events",),
    "voice": ("survey_invitations", "survey_responses"),
}
RULES = (
    ("email_domain", "ourcompany.example"),
    ("email_subdomain", "ourcompany.example"),
    ("email_subdomain", "company.example"),
    ("account_id", "acc_internal"),
    ("account_id", "acc3"),
    ("actor_pattern", "bot-%"),
    ("actor_pattern", "a_7"),
    ("actor_pattern", "%5"),
    ("events_per_day", "4"),
    ("events_per_day", "12"),
)
# dbt reads the word null as NULL on some databases.
PLACEHOLDERS = ("undefined", None, "0")
# Blanks around a plan do not count; a plan in other case is another one.
OFFERS = ((), (), PLANS[1:], PLANS[:2], PLANS[:1], ("Growth", " starter "))
BARS = ("|", "|", " | ", "|  ")
# Of each of the words in strategies_rows, but for those that nobody lists.
SUPPORT_WORDS = tuple(
    {"word_type": word_type, "word": word, "meaning": meaning}
    for word_type, meaning, words in (
        ("event", "created", "created"),
        ("event", "public_reply", "public_reply reply"),
        ("event", "internal_note", "internal_note"),
        ("event", "solved", "solved closed"),
        ("event", "reopened", "reopened open pending"),
        ("event", "merged", "merged"),
        ("event", "deleted", "deleted spam"),
        ("event", "other", "assigned"),
        ("status", "open", "open new pending"),
        ("status", "solved", "solved closed"),
        ("status", "merged", "merged"),
        ("status", "deleted", "deleted"),
        ("role", "staff", "staff agent"),
        ("role", "customer", "customer end-user"),
        ("role", "bot", "bot"),
    )
    for word in words.split()
)
# The last one lies across the hour that clocks skip or repeat on a Sunday.
OPENINGS = (("09:00", "17:00"), ("08:30", "12:00"), ("00:00", "06:00"))


def random_seeds(sketch: Sketch, excluded: str) -> dict[str, list[Row]]:
    """Give the seeds of a company; `excluded` is 'none', 'some' or 'all' of its people."""
    rng = seeded(f"{sketch.seed}-seeds")
    return {
        "event_catalogue": _catalogue(sketch, rng),
        "features": [_feature(sketch, rng, index) for index in range(sketch.features)],
        "exclusion_rules": _rules(rng, excluded),
        "placeholder_ids": [
            {"placeholder_id": word, "reason": "a test"}
            for word in rng.sample(PLACEHOLDERS, rng.randint(0, len(PLACEHOLDERS)))
        ],
        # Rates that binary numbers hold exactly, so that ties are ties on both sides.
        "currency_rates": [
            {"currency": "EUR", "rate_to_reporting": 1.25},
            {"currency": "GBP", "rate_to_reporting": 1.5},
            {"currency": "USD", "rate_to_reporting": 1.0},
        ],
        "business_hours": _business_hours(rng),
        "business_holidays": [
            {"holiday_date": sketch.start + timedelta(days=offset), "holiday_name": f"Day {offset}"}
            for offset in rng.sample(range(70), 6)
        ],
        "support_words": _support_words(rng),
        "metric_families": [
            {"family": family, "entity": entity}
            for family, entities in FAMILIES.items()
            for entity in entities
        ],
    }


def _support_words(rng: random.Random) -> list[Row]:
    """List what is listed, now and then without some of it."""
    absent = rng.choice((0, 0, 0, 3))
    return rng.sample(SUPPORT_WORDS, len(SUPPORT_WORDS) - absent)


def _catalogue(sketch: Sketch, rng: random.Random) -> list[Row]:
    """List all events but the last, which stays unknown."""
    return [
        {
            "event_name": name,
            "feature_key": f"f{index % sketch.features}"
            if sketch.features and rng.random() < 0.85
            else None,
            "is_qualifying": index == 0 or rng.random() < 0.8,
        }
        for index, name in enumerate(EVENT_NAMES[:-1])
    ]


def _feature(sketch: Sketch, rng: random.Random, index: int) -> Row:
    launched = sketch.start + timedelta(days=rng.randint(0, sketch.days))
    return {
        "feature_key": f"f{index}",
        "feature_name": f"Feature {index}",
        "is_core": rng.random() < 0.7,
        "plans": rng.choice(BARS).join(rng.choice(OFFERS)) or None,
        "launched_on": launched if rng.random() < 0.3 else None,
        "min_uses": rng.choice((1, 1, 2, 2, 3)),
    }


def _rules(rng: random.Random, excluded: str) -> list[Row]:
    chosen = list(rng.sample(RULES, rng.randint(1, 3))) if excluded == "some" else []
    if excluded == "all":
        chosen = [("actor_pattern", "%"), ("email_domain", "ourcompany.example")]
    return [
        {"rule_key": f"rule{index}", "rule_type": kind, "rule_value": value, "reason": "a test"}
        for index, (kind, value) in enumerate(chosen)
    ]


def _business_hours(rng: random.Random) -> list[Row]:
    opens_at, closes_at = rng.choice(OPENINGS)
    zone = rng.choice(("Europe/Berlin", "America/New_York", "UTC"))
    weekdays = rng.choice((range(1, 6), range(1, 8), (7,)))
    return [
        {
            "iso_weekday": weekday,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "timezone": zone,
        }
        for weekday in weekdays
    ]
