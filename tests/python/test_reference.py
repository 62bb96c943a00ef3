"""The reference itself, held against small examples worked out by hand: staging to usage."""

import pytest

from hand_made import (
    answer,
    at,
    company,
    days_after,
    event,
    invitation,
    link,
    member,
    on,
    one,
    rule,
    subscription,
    ticket,
    version,
)
from reference import Row, build, resolve
from reference.business import BusinessHours
from reference.dates import add_periods, end_of, local_date, period_end, period_start
from reference.numbers import kaplan_meier, median, quantile
from reference.sessions import sessions

BERLIN = {"reporting_timezone": "Europe/Berlin"}


def outcomes_of(entity: str, *rows: Row) -> list[tuple[str, str | None]]:
    judged = resolve(company(tables={entity: rows})).outcomes[entity]
    return sorted((row.outcome, row.reason) for row in judged)


@pytest.mark.parametrize(
    ("entity", "row", "reason"),
    [
        ("usage_events", event("a", "2025-01-01") | {"parse_error": "row"}, "unparseable_row"),
        ("usage_events", event("a", "2025-01-01", actor_id=None), "missing_actor_id"),
        (
            "usage_events",
            event("a", "2025-01-01T10:00:01") | {"received_at": at("2025-01-01T09:00:00")},
            "occurred_at_in_future",
        ),
        ("survey_responses", answer("p", "2025-01-01", 9.5), "score_not_whole"),
        ("survey_responses", answer("p", "2025-01-01", 11.0), "score_out_of_range"),
        ("survey_responses", answer("p", "2025-01-01", 0, survey_kind="ces"), "score_out_of_range"),
        ("survey_responses", answer("p", "2025-01-01", 9, survey_kind="x"), "unknown_survey_kind"),
        ("survey_responses", answer("p", "2025-01-01", None), "missing_score"),
        (
            "survey_invitations",
            invitation("i", "p", "2025-01-01", survey_kind="x"),
            "unknown_survey_kind",
        ),
        ("usage_events", event("a", "1999-12-31T23:59:59"), "occurred_at_before_earliest_date"),
        (
            "crm_subscriptions",
            subscription("x", "pro", 1, ended_at=at("2023-12-31")),
            "ended_before_started",
        ),
        ("crm_subscriptions", subscription("x", "pro", -0.01), "negative_mrr"),
        ("crm_subscriptions", subscription("x", "pro", 1.001e12), "mrr_out_of_range"),
    ],
)
def test_a_row_is_quarantined_for_its_first_reason(entity: str, row: Row, reason: str) -> None:
    assert outcomes_of(entity, row) == [("quarantined", reason)]


@pytest.mark.parametrize(
    ("entity", "row"),
    [
        ("usage_events", event("a", "2025-01-01T10:00") | {"received_at": at("2025-01-01T09:00")}),
        ("survey_responses", answer("p", "2025-01-01", 0.0)),
        ("survey_responses", answer("p", "2025-01-01", 10.0)),
        ("crm_subscriptions", subscription("x", "pro", 0, ended_at=at("2024-01-01"))),
        ("support_tickets", ticket("t", "2025-01-01")),
    ],
)
def test_an_edge_is_sound(entity: str, row: Row) -> None:
    assert outcomes_of(entity, row) == [("accepted", None)]


def test_the_latest_version_counts_and_of_one_version_the_later_row() -> None:
    first = version("x", "2025-01-01", region="amer", load_id=2)
    repeat = version("x", "2025-01-01", region="emea", load_id=1)
    later = version("x", "2025-01-05", region="apac", load_id=1)
    world = resolve(company(crm_accounts=[first, repeat, later]))
    assert {(row.outcome, row.row["region"]) for row in world.outcomes["crm_accounts"]} == {
        ("superseded", "amer"),
        ("conflicting", "emea"),
        ("accepted", "apac"),
    }
    rows = build(world.company)["row_accounting"]
    assert one(rows, load_id=1)["conflicting_rows"] == 1
    assert one(rows, load_id=1)["raw_rows"] == 2


def test_the_same_event_id_at_another_time_is_another_event() -> None:
    again = event("a", "2025-01-02", event_id="a 2025-01-01 viewed")
    assert outcomes_of("usage_events", event("a", "2025-01-01"), again) == [("accepted", None)] * 2


def test_persons_follow_the_earliest_link_to_the_end_of_the_chain() -> None:
    links = [
        link("cookie", "late", "2025-01-09"),
        link("cookie", "p2", "2025-01-02"),
        link("cookie", "p1", "2025-01-02"),
        link("p1", "p9"),
        link("p9", "p9"),
    ]
    people = resolve(company(usage_identities=links)).people
    assert [people.person_of(actor) for actor in ("cookie", "p1", "p9", "x")] == [
        *["p9"] * 3,
        "x",
    ]


def test_a_cycle_is_quarantined_and_a_chain_into_it_ends_there() -> None:
    links = [link("a", "b"), link("b", "c"), link("c", "b"), link("c", "d", "2025-02-01")]
    world = resolve(company(usage_identities=links))
    assert [world.people.person_of(actor) for actor in "abcd"] == ["b", "b", "c", "d"]
    reasons = sorted(row.reason or "" for row in world.outcomes["usage_identities"])
    assert reasons == ["", "", "identity_cycle", "identity_cycle"]


def test_a_link_to_nobody_is_set_aside_and_the_next_one_counts() -> None:
    seeds = {"placeholder_ids": [{"placeholder_id": word} for word in ("Undefined ", None, "0")]}
    links = [
        *(link("a", " UNDEFINED"), link("b", "null"), link("b", "p", "2025-01-02")),
        *(link("c", "0"), link("d", "00"), link("0", "e"), link("undefined", "undefined")),
    ]
    world = resolve(company(usage_identities=links, seeds=seeds))
    found = [world.people.person_of(actor) for actor in ("a", "b", "c", "d", "0", "undefined")]
    assert found == ["a", "p", "c", "00", "e", "undefined"]
    reasons = [row.reason for row in world.outcomes["usage_identities"] if row.reason]
    assert reasons == ["placeholder_person"] * 4


@pytest.mark.parametrize(
    ("email", "is_staff"),
    [
        ("Ann Lee <ann@Us.example> ", True),
        ('"Lee, Ann" <ann@us.example>', True),
        (" ann@us.example ", True),
        ("ann@eu.us.example", False),
        ("ann@eu.below.example", True),
        ("ann@a.b.BELOW.example", True),
        ("ann@below.example", False),
        ("ann@notbelow.example", False),
        ("us.example@client.example", False),
        (None, False),
    ],
)
def test_staff_are_told_by_the_domain_of_their_address(
    email: str | None, *, is_staff: bool
) -> None:
    rules = [rule("email_domain", "us.example"), rule("email_subdomain", "below.example")]
    world = resolve(
        company(usage_people=[member("p", None, email)], seeds={"exclusion_rules": rules})
    )
    assert world.people.is_excluded_person("p") == is_staff


def test_exclusions_leave_out_staff_test_accounts_and_bots() -> None:
    rules = [
        rule("email_domain", "us.example"),
        rule("account_id", "test"),
        rule("actor_pattern", "bot_%"),
        rule("events_per_day", "2"),
    ]
    busy = [event("busy", f"2025-01-01T0{hour}:00") for hour in range(3)]
    events = [
        event("staff", "2025-01-01"),
        event("tester", "2025-01-01", account_id="other"),
        event("guest", "2025-01-01", account_id="test"),
        event("guest", "2025-01-02", account_id="other"),
        event("bot-1", "2025-01-01"),
        event("bot", "2025-01-02"),
        event("pair", "2025-01-02T00:00"),
        event("pair", "2025-01-02T01:00"),
        *busy,
        event("busy", "2025-01-02"),
    ]
    people = [member("staff", None, "x@US.example"), member("tester", "test", "y@client.example")]
    seeds = {"exclusion_rules": rules}
    world = resolve(company(usage_events=events, usage_people=people, seeds=seeds))
    found = {(activity.person, activity.day.day) for activity in world.activity}
    assert found == {("guest", 2), ("bot", 2), ("pair", 2)}


def test_an_account_has_the_plan_of_its_highest_paid_subscription() -> None:
    subscriptions = [
        subscription("x", "trial", 500, is_trial=True),
        subscription("x", "dollars", 140, started_at=at("2025-01-10")),
        subscription("x", "euros", 100, currency="EUR", ended_at=at("2025-01-20")),
    ]
    accounts = resolve(company(crm_subscriptions=subscriptions)).accounts
    before, both, after = (accounts.on("x", on(f"2025-01-{day}")) for day in ("09", "10", "20"))
    assert (before.plan, before.arr) == ("euros", 1800)
    assert (both.plan, both.arr) == ("euros", 1800 + 1680)
    assert (after.plan, after.arr) == ("dollars", 1680)
    assert accounts.on("nobody", on("2025-01-10")).plan == "none"
    assert accounts.on("nobody", on("2025-01-10")).arr is None


def test_a_trial_counts_only_where_nothing_is_paid() -> None:
    trial = subscription("x", "gold", 0, is_trial=True, ended_at=at("2025-01-10"))
    accounts = resolve(company(crm_subscriptions=[trial])).accounts
    assert accounts.on("x", on("2025-01-09"))[0::4] == ("gold", 0.0)
    assert accounts.on("x", on("2025-01-10"))[0::4] == ("none", 0.0)


def test_an_account_is_what_it_was_and_before_that_its_first_version() -> None:
    versions = [
        version("x", "2025-01-10T23:30:00", region="emea"),
        version("x", "2025-01-20", region=None),
    ]
    accounts = resolve(company(crm_accounts=versions, variables=BERLIN)).accounts
    seen = {day: accounts.on("x", on(f"2025-01-{day}")) for day in (10, 11, 19, 20)}
    assert [(row.region, row.is_backfilled) for row in seen.values()] == [
        ("emea", True),
        ("emea", False),
        ("emea", False),
        ("unknown", False),
    ]


def test_a_currency_without_a_rate_is_an_error() -> None:
    with pytest.raises(ValueError, match="XXX"):
        resolve(company(crm_subscriptions=[subscription("x", "pro", 1, currency="XXX")]))


def test_a_date_is_complete_once_it_is_over_in_the_reporting_zone() -> None:
    events = [event("a", "2025-01-01")]
    at_midnight = company(until="2025-01-09T23:00", usage_events=events, variables=BERLIN)
    before = company(until="2025-01-09T22:59:59", usage_events=events, variables=BERLIN)
    assert resolve(at_midnight).as_of["usage"] == on("2025-01-09")
    assert resolve(before).as_of["usage"] == on("2025-01-08")
    assert resolve(before).as_of["voice"] is None


def test_local_dates_hold_through_a_change_of_clocks() -> None:
    berlin = company(variables=BERLIN).zone
    assert local_date(at("2025-03-29T22:59:59"), berlin) == on("2025-03-29")
    assert local_date(at("2025-03-30T21:59:59"), berlin) == on("2025-03-30")
    assert end_of(on("2025-03-29"), berlin) == at("2025-03-29T23:00")
    assert end_of(on("2025-03-30"), berlin) == at("2025-03-30T22:00")


def test_periods() -> None:
    assert period_start(on("2025-01-05"), "week") == on("2024-12-30")
    assert period_start(on("2025-01-06"), "week") == on("2025-01-06")
    assert period_end(on("2024-02-01"), "month") == on("2024-02-29")
    assert add_periods(on("2025-11-01"), "month", 3) == on("2026-02-01")
    assert add_periods(on("2025-01-01"), "month", -1) == on("2024-12-01")


def test_kaplan_meier_by_hand() -> None:
    steps = kaplan_meier([(1, True), (2, False), (2, True), (5, True)])
    assert [(step.duration, step.at_risk, step.events) for step in steps] == [
        (1, 4, 1),
        (2, 3, 1),
        (5, 1, 1),
    ]
    assert [step.survival for step in steps] == pytest.approx([0.75, 0.5, 0])
    assert quantile(steps, 0.5) == 2
    assert quantile(steps, 0.9) == 5
    assert quantile(kaplan_meier([(1, True), (3, False), (4, False)]), 0.5) is None
    assert (median([]), median([3, 1]), median([5, 1, 2])) == (None, 2, 2)


def test_business_minutes() -> None:
    hours = BusinessHours(company())
    # 09:00 to 17:00 in Berlin is 08:00 to 16:00 UTC in winter, an hour earlier in summer.
    assert hours.minutes(at("2025-01-03T15:30"), at("2025-01-06T08:15")) == 45
    assert hours.minutes(at("2025-01-01T00:00"), at("2025-01-02T00:00")) == 0
    assert hours.minutes(at("2025-03-28T00:00"), at("2025-04-01T00:00")) == 2 * 8 * 60
    assert hours.minutes(at("2025-03-31T07:00"), at("2025-03-31T08:00")) == 60


def test_windows_end_after_7_and_28_dates() -> None:
    marts = build(company(usage_events=[event("a", "2025-01-01")]))["usage_daily"]
    seen = [one(marts, date_day=on("2025-01-01"))]
    seen += [
        one(marts, date_day=at(days_after("2025-01-01", days)).date()) for days in (6, 7, 27, 28)
    ]
    assert [(row["dau"], row["wau"], row["mau"]) for row in seen] == [
        (1, 1, 1),
        (0, 1, 1),
        (0, 0, 1),
        (0, 0, 1),
        (0, 0, 0),
    ]
    assert [row["has_full_window"] for row in seen] == [False, False, False, True, True]
    assert (seen[3]["stickiness"], seen[4]["stickiness"]) == (1 / 28, None)
    assert marts[-1]["date_day"] == on("2025-02-28")


def test_a_background_event_is_no_activity_and_an_unknown_one_is() -> None:
    events = [event("a", "2025-01-01", "synced"), event("a", "2025-01-02", "new thing")]
    rows = build(company(until="2025-01-03", usage_events=events))["usage_daily"]
    assert [(row["date_day"], row["dau"]) for row in rows] == [(on("2025-01-02"), 1)]


def test_a_change_of_plan_within_the_window_counts_in_both_plans() -> None:
    events = [event("a", "2025-01-01", account_id="x"), event("a", "2025-01-20", account_id="x")]
    plans = [
        subscription("x", "pro", 10, ended_at=at("2025-01-10")),
        subscription("x", "max", 20, started_at=at("2025-01-10")),
    ]
    marts = build(company(usage_events=events, crm_subscriptions=plans))
    last = {"date_day": on("2025-01-20"), "segment_type": "plan"}
    by_plan = [row for row in marts["usage_daily_by_segment"] if row.items() >= last.items()]
    assert {row["segment_value"]: row["mau"] for row in by_plan} == {"pro": 1, "max": 1}
    assert one(marts["usage_daily"], date_day=on("2025-01-20"))["mau"] == 1


def test_lifecycle_and_retention_by_hand() -> None:
    # Weeks of 6, 13, 20 and 27 January: a in the 1st and 3rd, b in the 1st and 2nd.
    moments = [("a", "06"), ("a", "20"), ("b", "06"), ("b", "14")]
    events = [event(actor, f"2025-01-{day}") for actor, day in moments]
    marts = build(company(until="2025-01-29", usage_events=events))
    weeks = [row for row in marts["usage_lifecycle"] if row["period_type"] == "week"]
    kinds = ("new_people", "retained_people", "resurrected_people", "dormant_people", "quick_ratio")
    assert [tuple(week[kind] for kind in kinds) for week in weeks] == [
        (2, 0, 0, 0, None),
        (0, 1, 0, 1, 0),
        (0, 0, 1, 1, 1),
        (0, 0, 0, 1, 0),
    ]
    assert [week["is_complete"] for week in weeks] == [True, True, True, False]
    cells = [row for row in marts["usage_retention"] if row["period_type"] == "week"]
    assert [cell["retained_people"] for cell in cells] == [2, 1, 1, None]
    assert [cell["retained_on_or_after_people"] for cell in cells] == [2, 2, 1, None]
    assert [cell["followup_days"] for cell in cells] == [22, 15, 8, None]
    assert all(cell["is_left_censored"] for cell in cells)


def test_what_comes_after_as_of_is_not_yet_known_to_retention() -> None:
    events = [event("a", "2025-01-06"), event("a", "2025-01-28")]
    rows = build(company(until="2025-01-20", usage_events=events))["usage_retention"]
    cells = [row for row in rows if row["period_type"] == "week"]
    assert [cell["retained_on_or_after_people"] for cell in cells] == [1, 0, None, None]
    assert [cell["cohort_people"] for cell in cells] == [1, 1, 1, 1]


def test_sessions_end_after_30_minutes_and_are_cut_after_24_hours() -> None:
    moments = ["10:00", "10:30", "11:00:01"]
    events = [event("a", f"2025-01-01T{clock}") for clock in moments]
    world = resolve(company(usage_events=events))
    assert [session.minutes for session in sessions(world)] == [30, 0]
    chain = [
        event("b", f"2025-01-0{day}T{h:02}:{m}")
        for day in (1, 2)
        for h in range(24)
        for m in ("00", "30")
    ]
    cut = sessions(resolve(company(usage_events=chain)))
    assert [session.minutes for session in cut] == [24 * 60, 23.5 * 60]
    whole = sessions(resolve(company(usage_events=chain[:49])))
    assert [session.minutes for session in whole] == [24 * 60, 0]


def test_active_people_of_a_month_and_l28() -> None:
    events = [event("a", "2025-01-31"), event("a", "2025-02-01"), event("b", "2025-02-01")]
    marts = build(company(usage_events=events))
    assert [row["active_people_month"] for row in marts["usage_monthly"]] == [1, 2]
    days = [row for row in marts["usage_l28"] if row["date_day"] == on("2025-02-10")]
    assert len(days) == 28
    assert {row["active_days"]: row["people"] for row in days if row["people"]} == {1: 1, 2: 1}


def test_a_wrong_value_is_set_aside_and_its_row_counts() -> None:
    wrong = [ticket("t", "2025-01-01", csat_score=6.0), ticket("u", "2025-01-01", csat_score=4.5)]
    world = resolve(company(support_tickets=wrong))
    assert [one.outcome for one in world.outcomes["support_tickets"]] == ["accepted"] * 2
    assert [one.row["csat_score"] for one in world.outcomes["support_tickets"]] == [None] * 2
    assert {
        (row["column_name"], row["reason"])
        for row in build(world.company)["trust_values_set_aside"]
    } == {
        ("csat_score", "out_of_range"),
        ("csat_score", "not_whole"),
    }
