"""The identities of the definitions in the reference, and what the random companies reach."""

from collections import Counter

import pytest
from hypothesis import given, settings

from reference import Company, Row, World, build, resolve
from reference.staging import OUTCOMES
from reference.support_words import int_uncounted_ticket_events, int_unlisted_words
from strategies import companies, random_company

COMPANIES = 100


@settings(max_examples=30, deadline=None)
@given(companies())
def test_the_identities_of_the_definitions_hold(company: Company) -> None:
    marts = build(company)
    check_accounting(company, marts)
    check_usage(marts)
    check_lifecycle(marts)
    check_adoption(marts)
    check_voice_and_support(marts)


def check_accounting(company: Company, marts: dict[str, list[Row]]) -> None:
    for row in marts["row_accounting"]:
        assert row["raw_rows"] == sum(row[f"{outcome}_rows"] for outcome in OUTCOMES)
    landed = sum(len(rows) for rows in company.tables.values())
    assert landed == sum(row["raw_rows"] for row in marts["row_accounting"])


def check_usage(marts: dict[str, list[Row]]) -> None:
    people: Counter[object] = Counter()
    person_days: Counter[object] = Counter()
    for row in marts["usage_l28"]:
        people[row["date_day"]] += row["people"]
        person_days[row["date_day"]] += row["people"] * row["active_days"]
    trailing = [row["dau"] for row in marts["usage_daily"]]
    for index, row in enumerate(marts["usage_daily"]):
        assert row["dau"] <= row["wau"] <= row["mau"] == people[row["date_day"]]
        assert row["person_days_28d"] == person_days[row["date_day"]]
        assert row["person_days_28d"] == sum(trailing[max(index - 27, 0) : index + 1])


def check_lifecycle(marts: dict[str, list[Row]]) -> None:
    before: dict[str, int] = {}
    for row in marts["usage_lifecycle"]:
        gained = row["new_people"] + row["resurrected_people"]
        assert row["active_people"] == gained + row["retained_people"]
        kept = row["retained_people"] + row["dormant_people"]
        assert before.get(row["period_type"], 0) == kept
        before[row["period_type"]] = row["active_people"]


def check_adoption(marts: dict[str, list[Row]]) -> None:
    for row in marts["adoption_feature_daily"]:
        assert row["adopted_people"] <= row["eligible_people"]
        assert row["adopted_accounts"] <= row["eligible_accounts"]
    for row in marts["adoption_daily"]:
        assert row["concentration"] is None or 0 < row["concentration"] <= 1
        assert row["overall_adoption"] is None or 0 <= row["overall_adoption"] <= 1


def check_voice_and_support(marts: dict[str, list[Row]]) -> None:
    for row in marts["nps_daily"]:
        assert row["responses"] == row["promoters"] + row["passives"] + row["detractors"]
        assert row["responses"] == row["arr_weighted_responses"] + row["responses_without_arr"]
    backlog = 0
    for row in marts["support_daily"]:
        backlog += row["tickets_created"] - row["tickets_solved"] + row["tickets_reopened"]
        backlog -= row["tickets_removed"]
        assert row["backlog"] == backlog


# What must occur in at least this share of companies for a comparison on them to mean something.
LEAST_SHARES = {
    "activity": 0.5,
    "everybody excluded": 0.05,
    "everything late": 0.02,
    "one person": 0.04,
    "cycle of links": 0.08,
    "chain of links": 0.08,
    "history taken along by a later link": 0.2,
    "change of plan in activity": 0.15,
    "before the first version": 0.1,
    "resurrected": 0.3,
    "session cut at 24 hours": 0.01,
    "adopted": 0.25,
    "uses without entitlement": 0.25,
    "ARR-weighted margin": 0.1,
    "answers again": 0.3,
    "answered wave": 0.2,
    "reopened": 0.2,
    "closed without reply": 0.2,
    "median first reply": 0.1,
    "merged or deleted": 0.2,
    "removed after it was solved": 0.1,
    "ended by its status": 0.2,
    "restored": 0.03,
    "moments before its ticket": 0.05,
    "event that counts for nothing": 0.2,
    "word that nobody listed": 0.3,
    "answers of one instant": 0.02,
}


def traits(company: Company) -> set[str]:
    world, marts = resolve(company), build(company)
    links, as_of = world.people.identity.link_of, world.as_of["usage"]
    plans: dict[str | None, set[str]] = {}
    for activity in world.activity:
        plans.setdefault(activity.account, set()).add(activity.segments.plan)
    found = {
        "activity": bool(world.activity),
        "everybody excluded": not world.activity and len(world.rows("usage_events")) > 3,
        "everything late": bool(world.first_day and as_of and as_of < world.first_day),
        "one person": len(world.active_dates) == 1,
        "cycle of links": bool(world.people.identity.on_cycle),
        "chain of links": any(
            world.people.person_of(actor) != link["person_id"]
            for actor, link in links.items()
            if actor not in world.people.identity.on_cycle
        ),
        "history taken along by a later link": any(
            links[event["actor_id"]]["linked_at"] > event["occurred_at"]
            for event in world.rows("usage_events")
            if event["actor_id"] in links
        ),
        "change of plan in activity": any(len(some) > 1 for some in plans.values()),
        "before the first version": any(one.segments.is_backfilled for one in world.activity),
        "answers again": len(marts["voice_responses"])
        > len({(row["person_id"], row["survey_kind"]) for row in marts["voice_responses"]}),
        "closed without reply": any(
            row["resolved_at"] and not row["first_reply_at"] for row in marts["support_tickets"]
        ),
    }
    found |= _support_traits(world, marts)
    columns = {
        "resurrected": ("usage_lifecycle", "resurrected_people"),
        "adopted": ("adoption_feature_daily", "adopted_people"),
        "uses without entitlement": ("adoption_feature_daily", "uses_without_entitlement"),
        "ARR-weighted margin": ("nps_daily", "arr_weighted_margin_of_error"),
        "answered wave": ("survey_waves", "responded_people"),
        "reopened": ("support_tickets", "reopen_count"),
        "median first reply": ("support_daily", "median_first_reply_minutes"),
        "merged or deleted": ("support_tickets", "removed_at"),
        "ended by its status": ("support_tickets", "is_ended_by_status"),
    }
    for trait, (mart, column) in columns.items():
        found[trait] = any(row[column] for row in marts[mart])
    found["session cut at 24 hours"] = any(
        row["session_minutes"] >= 24 * 60 for row in marts["usage_sessions_daily"]
    )
    return {trait for trait, is_there in found.items() if is_there}


def _support_traits(world: World, marts: dict[str, list[Row]]) -> dict[str, bool]:
    created = {row["ticket_id"]: row["created_at"] for row in world.rows("support_tickets")}
    answered = [
        (row["person_id"], row["survey_kind"], row["responded_at"])
        for row in marts["voice_responses"]
    ]
    return {
        "removed after it was solved": any(
            row["removed_at"] and row["solve_count"] > row["reopen_count"]
            for row in marts["support_tickets"]
        ),
        "restored": any(
            row["reopen_count"] > row["solve_count"] for row in marts["support_tickets"]
        ),
        "moments before its ticket": any(
            row["resolved_at"] == row["created_at"] or row["first_reply_at"] == row["created_at"]
            for row in marts["support_tickets"]
            if any(
                event["ticket_id"] == row["ticket_id"] and event["occurred_at"] < row["created_at"]
                for event in world.rows("support_ticket_events")
            )
        ),
        "event that counts for nothing": bool(created and int_uncounted_ticket_events(world)),
        "word that nobody listed": bool(int_unlisted_words(world)),
        "answers of one instant": len(answered) > len(set(answered)),
    }


def test_random_companies_reach_what_matters() -> None:
    counts: Counter[str] = Counter()
    for seed in range(COMPANIES):
        counts.update(traits(random_company(seed)))
    missing = {
        trait: counts[trait] / COMPANIES
        for trait, least in LEAST_SHARES.items()
        if counts[trait] < least * COMPANIES
    }
    assert not missing


def test_a_company_is_the_same_every_time() -> None:
    assert random_company(7) == random_company(7)


@pytest.mark.parametrize("seed", range(5))
def test_rows_come_with_their_place_in_the_load(seed: int) -> None:
    for rows in random_company(seed).tables.values():
        places = [(row["load_id"], row["landing_row"]) for row in rows]
        assert len(set(places)) == len(places)
