"""The reference itself, held against small examples worked out by hand: adoption."""

import pytest

from hand_made import at, company, event, feature, member, on, one, subscription
from reference import Row, build


def adoption(
    events: list[Row], *features: Row, until: str = "2025-03-01", **tables: list[Row]
) -> dict[str, list[Row]]:
    seeds = {"features": list(features)}
    return build(company(until, seeds, tables={"usage_events": events, **tables}))


def test_used_means_min_uses_within_the_window() -> None:
    events = [event("a", "2025-01-01", "drawn"), event("a", "2025-01-28", "drawn")]
    events += [event("b", "2025-01-28")]
    marts = adoption(events, feature("boards", min_uses="2"))
    rows = marts["adoption_feature_daily"]
    within = one(rows, date_day=on("2025-01-28"))
    assert (within["eligible_people"], within["adopted_people"], within["adoption_rate"]) == (
        2,
        1,
        0.5,
    )
    assert (within["uses"], within["adopter_active_days"], within["depth"]) == (2, 2, 1)
    # A day later the first use has left the window; one use is not enough, and not counted.
    after = one(rows, date_day=on("2025-01-29"))
    assert (after["adopted_people"], after["uses"], after["depth"]) == (0, 0, None)
    assert one(rows, date_day=on("2025-02-25"))["adoption_rate"] is None


def test_uses_before_launch_or_without_the_plan_do_not_count() -> None:
    events = [
        event("early", "2025-01-01", "drawn", account_id="x"),
        event("poor", "2025-01-10", "drawn", account_id="y"),
        event("rich", "2025-01-10", "drawn", account_id="x"),
        event("trying", "2025-01-10", "drawn", account_id="z"),
    ]
    plans = [
        subscription("x", "gold", 10),
        subscription("y", "tin", 10),
        subscription("z", "tin", 99),
        subscription("z", "gold", 0, is_trial=True),
    ]
    boards = feature("boards", plans="silver|gold", launched_on="2025-01-05")
    marts = adoption(events, boards, crm_subscriptions=plans)
    row = one(marts["adoption_feature_daily"], date_day=on("2025-01-10"))
    # Eligible: rich, and trying by its trial. early was active before the launch only: not counted.
    assert (row["eligible_people"], row["adopted_people"]) == (2, 2)
    assert (row["eligible_accounts"], row["adopted_accounts"]) == (2, 2)
    assert (row["uses"], row["uses_without_entitlement"]) == (2, 2)
    by_plan = [
        row
        for row in marts["adoption_feature_daily_by_plan"]
        if row["date_day"] == on("2025-01-10")
    ]
    assert {row["plan"]: row["eligible_people"] for row in by_plan} == {"gold": 1, "tin": 1}


def test_the_account_of_a_use_decides_whether_it_counts() -> None:
    events = [
        event("a", "2025-01-10T08:00", account_id="x"),
        event("a", "2025-01-10T09:00", "drawn", account_id="y"),
    ]
    gold = [subscription("x", "gold", 10)]
    marts = adoption(events, feature("boards", plans="gold"), crm_subscriptions=gold)
    row = one(marts["adoption_feature_daily"], date_day=on("2025-01-10"))
    assert (row["eligible_people"], row["adopted_people"]) == (1, 0)
    assert row["uses_without_entitlement"] == 1


def test_breadth_and_overall_adoption() -> None:
    events = [
        event("a", "2025-01-10T01:00", "drawn", account_id="x"),
        event("a", "2025-01-10T02:00", "asked", account_id="x"),
        event("b", "2025-01-10", "asked", account_id="y"),
        event("c", "2025-01-10", account_id="y"),
    ]
    features = (
        feature("boards", plans="gold"),
        feature("search"),
        feature("files", is_core="false"),
    )
    gold = [subscription("x", "gold", 10)]
    marts = adoption(events, *features, crm_subscriptions=gold)
    row = one(marts["adoption_daily"], date_day=on("2025-01-10"))
    # a used both of its two core features, b its only one, c none of one.
    assert (row["mau"], row["core_features_used"], row["breadth"]) == (3, 3, 1)
    assert (row["people_with_core_features"], row["overall_adoption"]) == (3, pytest.approx(2 / 3))


def test_people_eligible_for_no_core_feature_are_left_out_of_overall_adoption() -> None:
    events = [event("a", "2025-01-10", "drawn", account_id="x"), event("b", "2025-01-10")]
    gold = [subscription("x", "gold", 10)]
    marts = adoption(events, feature("boards", plans="gold"), crm_subscriptions=gold)
    row = one(marts["adoption_daily"], date_day=on("2025-01-10"))
    assert (row["mau"], row["people_with_core_features"], row["overall_adoption"]) == (2, 1, 1)


def test_concentration_is_the_smallest_set_with_four_fifths_of_uses() -> None:
    drawn = [event("a", f"2025-01-10T{hour:02}:00", "drawn") for hour in range(8)]
    asked = [event("a", f"2025-01-10T{hour:02}:30", "asked") for hour in range(2)]
    features = (feature("boards"), feature("search"), feature("new", launched_on="2025-01-11"))
    rows = adoption(drawn + asked, *features)["adoption_daily"]
    exact = one(rows, date_day=on("2025-01-10"))
    assert (exact["launched_features"], exact["concentrated_features"]) == (2, 1)
    assert exact["concentration"] == 0.5
    assert one(rows, date_day=on("2025-01-11"))["concentration"] == pytest.approx(1 / 3)
    assert one(rows, date_day=on("2025-02-10"))["concentration"] is None
    rows = adoption(drawn[:7] + asked, *features)["adoption_daily"]
    assert one(rows, date_day=on("2025-01-10"))["concentrated_features"] == 2


def test_growth_and_the_engagement_score() -> None:
    events = [event("a", "2025-01-10", "drawn"), event("b", "2025-01-10")]
    events += [event("b", "2025-02-10"), event("c", "2025-02-28"), event("d", "2025-02-28")]
    rows = adoption(events, feature("boards"), until="2025-03-20")["adoption_daily"]
    # January: two new. February: c and d new, b retained, a dormant.
    growth = {row["date_day"].isoformat(): row["growth"] for row in rows}
    assert growth["2025-01-30"] is None
    assert growth["2025-01-31"] == growth["2025-02-27"] == 100
    assert growth["2025-02-28"] == growth["2025-03-19"] == pytest.approx(100 * 2 / 3)
    row = one(rows, date_day=on("2025-01-31"))
    assert row["overall_adoption"] == 0.5
    assert row["stickiness"] == pytest.approx(1 / 28)
    assert row["product_engagement_score"] == pytest.approx((50 + 100 / 28 + 100) / 3)


def test_time_to_adopt_is_censored_at_as_of() -> None:
    events = [
        event("quick", "2025-01-01", "drawn"),
        event("slow", "2025-01-01"),
        event("slow", "2025-01-11", "drawn"),
        event("never", "2025-01-02"),
        event("too late", "2025-01-30", "drawn"),
        event("later", "2025-01-15"),
        event("later", "2025-01-30", "drawn"),
    ]
    marts = adoption(events, feature("boards"), feature("unused"), until="2025-01-20")
    row = one(marts["adoption_time_to_adopt"], feature_key="boards")
    # Durations: 0 adopted, 10 adopted, 17 and 4 censored on 19 January.
    assert (row["people"], row["adopters"], row["median_days"]) == (4, 2, 10)
    curve = [row for row in marts["adoption_time_to_adopt_curve"] if row["feature_key"] == "boards"]
    assert [(row["days"], row["people_at_risk"], row["adopters"]) for row in curve] == [
        (0, 4, 1),
        (4, 3, 0),
        (10, 2, 1),
        (17, 1, 0),
    ]
    assert [row["share_not_adopted"] for row in curve] == pytest.approx([0.75, 0.75, 0.375, 0.375])
    assert one(marts["adoption_time_to_adopt"], feature_key="unused")["median_days"] is None


def test_time_to_adopt_starts_when_the_account_is_entitled() -> None:
    events = [
        event("a", "2025-01-01", account_id="x"),
        event("a", "2025-01-12", account_id="x"),
        event("a", "2025-01-15", "drawn", account_id="x"),
    ]
    # Entitled from the 10th, active on the 12th: that is the start.
    plan = subscription("x", "gold", 1, started_at=at("2025-01-10"))
    marts = adoption(events, feature("boards", plans="gold"), crm_subscriptions=[plan])
    assert marts["adoption_time_to_adopt"][0]["median_days"] == 3


def test_feature_retention_looks_at_the_next_period() -> None:
    moments = [("a", "06"), ("a", "13"), ("b", "07"), ("b", "21"), ("c", "21")]
    events = [event(actor, f"2025-01-{day}", "drawn") for actor, day in moments]
    marts = adoption(events, feature("boards"), until="2025-02-01")
    weeks = [row for row in marts["adoption_feature_retention"] if row["period_type"] == "week"]
    found = [
        (row["first_use_people"], row["retained_people"], row["retention_rate"]) for row in weeks
    ]
    assert found == [(2, 1, 0.5), (1, None, None)]


def test_first_features_of_new_people() -> None:
    events = [
        event("a", "2025-01-01T08:00"),
        event("a", "2025-01-01T09:00", "drawn"),
        event("a", "2025-01-07T09:00", "asked"),
        event("b", "2025-01-01T08:00", "drawn"),
        event("b", "2025-01-01T08:00", "asked"),
        event("b", "2025-01-08", "asked"),
        event("c", "2025-01-01"),
        event("c", "2025-01-08", "asked"),
    ]
    rows = adoption(events, feature("boards"), feature("search"))["adoption_first_features"]
    kinds = ("new_people", "first_feature_people", "first_day_people", "first_week_people")
    boards, search = (one(rows, feature_key=key) for key in ("boards", "search"))
    assert tuple(boards[kind] for kind in kinds) == (3, 2, 2, 2)
    assert tuple(search[kind] for kind in kinds) == (3, 1, 1, 2)


def test_an_event_without_account_takes_its_persons() -> None:
    people = [member("a", "x")]
    gold = [subscription("x", "gold", 1)]
    marts = adoption(
        [event("a", "2025-01-01", "drawn")],
        feature("boards", plans="gold"),
        usage_people=people,
        crm_subscriptions=gold,
    )
    assert one(marts["adoption_feature_daily"], date_day=on("2025-01-01"))["adopted_accounts"] == 1
