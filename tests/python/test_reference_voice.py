"""The reference itself, held against small examples worked out by hand: voice and support."""

from math import sqrt

import pytest

from hand_made import (
    answer,
    at,
    change,
    company,
    event,
    feature,
    invitation,
    link,
    member,
    on,
    one,
    rule,
    subscription,
    ticket,
)
from reference import Row, build


def test_nps_counts_each_persons_last_answer() -> None:
    answers = [
        answer("a", "2025-01-01", 3),
        answer("a", "2025-01-10", 9),
        answer("b", "2025-01-10", 8),
        answer("c", "2025-01-10", 6, survey_id="s2"),
        answer("d", "2025-01-10", 10),
    ]
    marts = build(company(until="2025-05-01", survey_responses=answers))
    first = one(marts["nps_daily"], date_day=on("2025-01-01"))
    assert (first["nps"], first["margin_of_error"]) == (-100, None)
    later = one(marts["nps_daily"], date_day=on("2025-01-10"))
    assert (later["promoters"], later["passives"], later["detractors"]) == (2, 1, 1)
    assert later["nps"] == 25
    margin = 196 * sqrt((0.5 + 0.25 - 0.25**2) / 4)
    assert later["margin_of_error"] == pytest.approx(margin)
    assert later["is_small_sample"]
    by_survey = [row for row in marts["nps_daily_by_survey"] if row["date_day"] == on("2025-01-10")]
    assert {row["survey_id"]: row["nps"] for row in by_survey} == {
        "s1": pytest.approx(200 / 3),
        "s2": -100,
    }
    # 10 January is in the windows up to 9 April, 90 dates.
    assert one(marts["nps_daily"], date_day=on("2025-04-09"))["responses"] == 4
    gone = one(marts["nps_daily"], date_day=on("2025-04-10"))
    assert (gone["responses"], gone["nps"], gone["has_full_window"]) == (0, None, True)
    assert not one(marts["nps_daily"], date_day=on("2025-03-30"))["has_full_window"]
    assert one(marts["nps_daily"], date_day=on("2025-03-31"))["has_full_window"]


def test_arr_weights_are_shared_among_an_accounts_respondents() -> None:
    answers = [
        answer("a", "2025-01-01", 10, account_id="x"),
        answer("b", "2025-01-01", 0, account_id="x"),
        answer("c", "2025-01-01", 9, account_id="y"),
        answer("d", "2025-01-01", 0, account_id="free"),
        answer("e", "2025-01-01", 0),
    ]
    arr = [subscription("x", "pro", 100), subscription("y", "max", 200)]
    arr += [subscription("free", "try", 0, is_trial=True)]
    marts = build(company(survey_responses=answers, crm_subscriptions=arr))
    row = one(marts["nps_daily"], date_day=on("2025-01-01"))
    # Weights 600, 600 and 2400: promoters have 3000 of 3600.
    assert (row["arr_weighted_responses"], row["responses_without_arr"]) == (3, 2)
    assert row["arr_weighted_nps"] == pytest.approx(100 * 2400 / 3600)
    effective = 3600**2 / (600**2 + 600**2 + 2400**2)
    assert row["effective_responses"] == pytest.approx(effective)
    margin = 196 * sqrt((1 - (2 / 3) ** 2) / effective)
    assert row["arr_weighted_margin_of_error"] == pytest.approx(margin)
    where = {"date_day": on("2025-01-01"), "segment_type": "plan", "segment_value": "pro"}
    pro = one(marts["nps_daily_by_segment"], **where)
    assert (pro["responses"], pro["arr_weighted_nps"], pro["effective_responses"]) == (2, 0, 2)


def test_csat_and_ces_with_their_margins() -> None:
    answers = [answer(f"p{score}", "2025-01-01", score, survey_kind="csat") for score in (3, 4, 5)]
    answers += [answer(f"q{score}", "2025-01-01", score, survey_kind="ces") for score in (2, 6)]
    marts = build(company(until="2025-01-02", survey_responses=answers))
    (csat,), (ces,) = marts["csat_daily"], marts["ces_daily"]
    assert (csat["rated"], csat["satisfied"], csat["csat"]) == (3, 2, pytest.approx(2 / 3))
    assert csat["margin_of_error"] == pytest.approx(1.96 * sqrt(2 / 9 / 3))
    assert (ces["score_total"], ces["ces"], ces["scale_highest"]) == (8, 4, 7)
    assert ces["margin_of_error"] == pytest.approx(1.96 * sqrt(8) / sqrt(2))
    assert marts["nps_daily"][0]["responses"] == 0


def test_responses_say_who_and_what() -> None:
    answers = [
        answer("cookie", "2025-01-01", 7, invitation_id="i1"),
        answer("staff", "2025-01-01", 0),
        answer("b", "2025-01-01", 6, invitation_id="ghost"),
    ]
    found = company(
        seeds={"exclusion_rules": [rule("email_domain", "us.example")]},
        survey_responses=answers,
        survey_invitations=[invitation("i1", "p", "2025-01-01")],
        usage_identities=[link("cookie", "p")],
        usage_people=[member("p", "x"), member("staff", None, "s@us.example")],
    )
    rows = build(found)["voice_responses"]
    assert {(row["person_id"], row["account_id"], row["category"]) for row in rows} == {
        ("p", "x", "passive"),
        ("b", None, "detractor"),
    }
    assert {row["has_invitation"] for row in rows} == {True, False}


def test_a_wave_is_the_month_of_the_first_invitation() -> None:
    invitations = [
        invitation("first", "a", "2025-01-25"),
        invitation("reminder", "a", "2025-02-24"),
        invitation("anew", "a", "2025-02-24T00:00:01"),
        invitation("other", "b", "2025-01-31"),
    ]
    answers = [
        answer("a", "2025-02-24", 9, invitation_id="reminder"),
        answer("b", "2025-03-03", 9, invitation_id="other"),
        answer("c", "2025-02-03", 9),
    ]
    rows = build(company("2025-03-02", survey_invitations=invitations, survey_responses=answers))
    january, february = rows["survey_waves"]
    # b answered 31 days after the invitation: too late.
    assert (january["invited_people"], january["responded_people"]) == (2, 1)
    assert (january["response_rate"], january["is_complete"]) == (0.5, False)
    assert (february["invited_people"], february["responded_people"]) == (1, 0)
    assert february["responses_without_invitation"] == 1
    rows = build(company("2025-03-03", survey_invitations=invitations, survey_responses=answers))
    assert rows["survey_waves"][0]["is_complete"]


CHANGES = [
    change("t", "2025-01-06T08:00", "public_reply", "bot"),
    change("t", "2025-01-06T06:59:59", "solved"),
    change("t", "2025-01-06T10:00", "public_reply"),
    change("t", "2025-01-06T11:00", "reopened"),
    change("t", "2025-01-07T10:00", "solved"),
    change("t", "2025-01-07T11:00", "solved"),
    change("t", "2025-01-09T10:00", "reopened"),
    change("t", "2025-01-10T10:00", "solved"),
]


def support(*tickets: Row, until: str = "2025-01-21", **tables: list[Row]) -> dict[str, list[Row]]:
    return build(company(until, tables={"support_tickets": tickets, **tables}))


def test_a_ticket_tells_only_changes_of_state() -> None:
    marts = support(ticket("t", "2025-01-06T08:00"), support_ticket_events=CHANGES)
    (row,) = marts["support_tickets"]
    assert (row["solve_count"], row["reopen_count"], row["is_open"]) == (2, 1, False)
    assert row["first_solved_at"] == at("2025-01-07T10:00")
    assert row["resolved_at"] == at("2025-01-10T10:00")
    assert row["first_reply_minutes"] == row["first_reply_business_minutes"] == 120
    assert row["resolution_minutes"] == (4 * 24 + 2) * 60
    # Monday to Thursday 8 hours each, Friday two.
    assert row["resolution_business_minutes"] == (4 * 8 + 2) * 60
    backlog = {row["date_day"].day: row["backlog"] for row in marts["support_daily"]}
    assert [backlog[day] for day in (6, 7, 8, 9, 10)] == [1, 0, 0, 1, 0]
    days = {row["date_day"].day: row for row in marts["support_daily"]}
    assert (days[7]["tickets_solved"], days[9]["tickets_reopened"]) == (1, 1)
    assert (days[10]["solved_tickets_28d"], days[10]["reopen_rate"]) == (1, 1)


def test_words_are_read_by_the_seed_and_order_is_that_of_the_source() -> None:
    events = [
        change("t", "2025-01-06T07:59:59", "Reply", " Agent"),
        change("t", "2025-01-06T06:59:59", "closed"),
        change("t", "2025-01-07T10:00", "CLOSED"),
        change("t", "2025-01-07T10:00", "Pending"),
        change("t", "2025-01-08T10:00", "vanished"),
    ]
    (row,) = support(ticket("t", "2025-01-06T08:00"), support_ticket_events=events)[
        "support_tickets"
    ]
    assert row["first_reply_minutes"] == 0
    assert (row["solve_count"], row["reopen_count"], row["is_open"]) == (1, 1, True)


def test_merged_and_deleted_tickets_are_in_no_waiting_time() -> None:
    events = [
        change("merged", "2025-01-06T09:00", "public_reply"),
        change("merged", "2025-01-07T10:00", "merged"),
        change("merged", "2025-01-07T10:00", "solved"),
        change("purged", "2025-01-07T10:00", "solved"),
        change("purged", "2025-01-08T10:00", "deleted"),
        change("restored", "2025-01-07T10:00", "deleted"),
        change("restored", "2025-01-08T10:00", "reopened"),
    ]
    names = ("merged", "purged", "restored")
    marts = support(
        *(ticket(name, "2025-01-06T08:00") for name in names), support_ticket_events=events
    )
    rows = {row["ticket_id"]: row for row in marts["support_tickets"]}
    assert [rows[name]["removed_as"] for name in names] == ["merged", "deleted", None]
    assert rows["merged"]["first_reply_at"] == at("2025-01-06T09:00")
    assert rows["merged"]["first_reply_minutes"] is rows["purged"]["resolution_minutes"] is None
    days = {row["date_day"].day: row for row in marts["support_daily"]}
    assert [days[day]["backlog"] for day in (6, 7, 8)] == [3, 0, 1]
    assert (days[7]["tickets_solved"], days[7]["tickets_removed"]) == (1, 2)
    assert (days[8]["tickets_removed"], days[8]["tickets_reopened"]) == (0, 1)
    assert (days[8]["removed_tickets_28d"], days[8]["reopen_rate"]) == (2, 0)
    assert days[8]["median_first_reply_minutes"] is None


def test_a_status_ends_a_ticket_whose_events_do_not() -> None:
    versions = [
        ticket("t", "2025-01-06T08:00", status=status, updated_at=at(f"2025-01-{day}"))
        for status, day in (("closed", "07"), ("limbo", "08"), ("Solved", "09"), ("closed", "10"))
    ]
    replied = [change("t", "2025-01-12T10:00", "public_reply")]
    (row,) = support(*versions, support_ticket_events=replied)["support_tickets"]
    assert (row["resolved_at"], row["is_ended_by_status"]) == (at("2025-01-09"), True)
    again = [*replied, change("t", "2025-01-09T10:00", "reopened")]
    (row,) = support(*versions, support_ticket_events=again)["support_tickets"]
    assert (row["resolved_at"], row["solve_count"]) == (at("2025-01-10"), 2)
    solved = [change("t", "2025-01-08T10:00", "solved")]
    (row,) = support(*versions, support_ticket_events=solved)["support_tickets"]
    assert (row["resolved_at"], row["is_ended_by_status"]) == (at("2025-01-08T10:00"), False)
    gone = [versions[0], versions[1] | {"is_deleted": True}]
    (row,) = support(*gone, support_ticket_events=solved[:0])["support_tickets"]
    assert (row["removed_at"], row["removed_as"]) == (at("2025-01-08"), "deleted")
    assert (row["first_solved_at"], row["is_ended_by_status"]) == (at("2025-01-07"), False)


def test_waiting_times_censor_those_who_still_wait() -> None:
    tickets = [ticket(name, "2025-01-06T08:00") for name in ("fast", "slow", "given up", "open")]
    tickets += [ticket("late", "2025-01-21T00:00"), ticket("replied late", "2025-01-20T00:00")]
    events = [
        change("fast", "2025-01-06T09:00", "public_reply"),
        change("slow", "2025-01-06T20:00", "public_reply"),
        change("given up", "2025-01-06T10:00", "solved"),
        change("replied late", "2025-01-21T00:01", "public_reply"),
    ]
    days = support(*tickets, support_ticket_events=events)["support_daily"]
    first = one(days, date_day=on("2025-01-06"))
    # At risk 4 and 2: the curve goes to 3/4 after an hour and to 3/8 after twelve.
    assert first["median_first_reply_minutes"] == 12 * 60
    assert first["p90_first_reply_minutes"] is None
    # With one more who waits for a day: 4/5, then 8/15.
    assert one(days, date_day=on("2025-01-20"))["median_first_reply_minutes"] is None
    assert first["median_resolution_minutes"] is None
    assert one(days, date_day=on("2025-01-21"))["tickets_created_28d"] == 6
    assert not one(days, date_day=on("2025-01-21"))["is_complete"]


def test_contact_rates() -> None:
    events = [
        event("p", "2025-01-05", "drawn", account_id="x"),
        event("q", "2025-01-05", account_id="x"),
    ]
    tickets = [ticket("t1", "2025-01-06", account_id="x", feature_key="boards")]
    tickets += [ticket("t2", "2025-01-07", account_id="y")]
    found = company(
        "2025-01-31",
        seeds={"features": [feature("boards")]},
        usage_events=events,
        support_tickets=tickets,
    )
    marts = build(found)
    day = on("2025-01-07")
    assert one(marts["support_daily"], date_day=day)["contact_rate"] == 100
    by_account = [row for row in marts["support_account_daily"] if row["date_day"] == day]
    assert {row["account_id"]: row["contact_rate"] for row in by_account} == {"x": 50, "y": None}
    by_feature = one(marts["support_feature_daily"], date_day=day)
    assert (by_feature["adopted_people"], by_feature["contact_rate"]) == (1, 100)
