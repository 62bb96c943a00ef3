"""What a change of the project does to its metrics: which are named, and with what verdict.

Changes that touch different metrics are made together, since compiling is what takes long.
"""

from collections.abc import Callable, Iterable

import pytest

import edits
from harness.project import variant
from product_health.meaning.definitions import Definitions
from product_health.review.findings import touched
from product_health.review.review import Review
from scratch import Edit, Scratch, reviewed

Verdicts = dict[str, tuple[str, str]]


def verdicts(names: str, interface: str = "none", value: str = "none") -> Verdicts:
    """Give these metrics one interface verdict and one value verdict."""
    return dict.fromkeys(names.split(), (interface, value))


def restates(names: str) -> Verdicts:
    return verdicts(names, value="restates")


def found(review: Review) -> Verdicts:
    """The metrics that a review names, and its verdicts."""
    return {one.name: (one.interface, one.value) for one in review.metrics}


Compare = Callable[[Iterable[Edit]], Review]


@pytest.fixture
def compare(scratch: Scratch, start: Definitions) -> Compare:
    """Make changes and review them on the fixed company."""

    def run(changes: Iterable[Edit]) -> Review:
        for change in changes:
            change(scratch)
        return reviewed(start, scratch.definitions(), scratch.data())

    return run


NPS = "nps nps_arr_weighted nps_arr_weighted_margin_of_error nps_margin_of_error"
TIMES = "median_first_reply median_resolution p90_first_reply p90_resolution"
BUSINESS = "median_first_reply_business p90_first_reply_business"
TICKETS = "backlog contact_rate reopen_rate tickets_created tickets_reopened tickets_solved"


def test_thresholds_filters_and_rules(compare: Compare, scratch: Scratch) -> None:
    least = edits.least_promoter(scratch)
    review = compare((edits.nps_threshold, edits.retention_filter, edits.business_hours))
    assert found(review) == {
        # a macro of NPS that CSAT's categories are written beside: their text differs, no number
        **restates(NPS),
        **verdicts("csat csat_margin_of_error"),
        **restates("retention_day_7"),
        # the clock of business hours is joined to every wait
        **restates(BUSINESS),
        **verdicts(f"{TIMES} {TICKETS}"),
    }
    by_name = {one.name: one for one in review.metrics}
    assert by_name["csat"].value_note == "none: text changed, value identical on this data"
    assert all(one.is_unversioned == (one.value == "restates") for one in review.metrics)
    told = {
        name: [str(change) for part in one.parts for change in part.changes()]
        for name, one in by_name.items()
    }
    assert told["nps"] == [f"int_voice_responses: score >= {least} -> score >= {least - 1}"]
    assert told["csat"] == told["nps"]
    assert any("retention__is_left_censored" in line for line in told["retention_day_7"])
    assert "business_hours: 1,09:00,17:00" in told["p90_first_reply_business"][0]


def test_conditions_upstream_and_the_name_of_a_column(compare: Compare) -> None:
    review = compare((edits.urgent_tickets_only, edits.waves_of_people, edits.mart_column_name))
    assert found(review) == {
        **restates(f"{TICKETS} {TIMES} {BUSINESS} account_contact_rate feature_contact_rate"),
        **restates("nps_response_rate"),
        # not sessions: the metric reads the column by its new name
    }
    marts = {mart.name: mart for mart in review.marts}
    renamed = marts["usage_sessions_daily v1"]
    assert renamed.interface == ("column sessions is gone", "column begun_sessions is new")
    assert renamed.changed_columns == ()
    assert marts["support_daily v1"].exposures == ("Product health dashboard (Product operations)",)


def test_a_left_join_that_becomes_an_inner_one(compare: Compare) -> None:
    review = compare([edits.answers_of_accounts_only])
    assert found(review) == {
        **restates("ces ces_margin_of_error csat csat_margin_of_error nps nps_margin_of_error"),
        **restates("nps_response_rate nps_responses"),
        # those without an account had no weight before either
        **verdicts("nps_arr_weighted nps_arr_weighted_margin_of_error"),
    }
    told = [str(change) for part, _ in review.parts for change in part.changes()]
    assert len(told) == 1
    assert "LEFT JOIN spans" in told[0]
    assert "-> INNER JOIN spans" in told[0]


def test_the_order_in_a_deduplication(compare: Compare) -> None:
    review = compare([edits.first_answer_counts])
    assert found(review) == {
        **restates(f"{NPS} nps_responses csat csat_margin_of_error"),
        **verdicts("ces ces_margin_of_error"),
    }


def named(start: Definitions, changed: Definitions) -> set[str]:
    """The metrics that a change touches, without their numbers."""
    return {one.name for one in touched(start, changed)}


def test_a_window_that_is_a_var(scratch: Scratch, start: Definitions) -> None:
    review = reviewed(start, scratch.definitions(session_gap_minutes=120), scratch.data())
    assert found(review) == restates("sessions")


def test_the_time_zone() -> None:
    auckland, berlin = (
        Definitions(variant("zoned").bound(zone, None))
        for zone in ("Pacific/Auckland", "Europe/Berlin")
    )
    assert named(auckland, berlin) == set(auckland.catalogue.names)
    assert named(auckland, Definitions(variant())) == set(auckland.catalogue.names)


def test_a_branch_that_only_increments_take(scratch: Scratch, start: Definitions) -> None:
    edits.later_repeats_only(scratch)
    found_ = list(touched(start, scratch.definitions()))
    names = {one.name for one in found_}
    assert {"dau", "sessions", "contact_rate", "adoption_rate"} <= names
    assert not {"nps", "csat", "nps_response_rate"} & names
    # numbers are those of a rebuild, and that is said
    rebuild = "int_usage_event_duplicates, incremental: is not part of the numbers"
    assert all(any(text.startswith(rebuild) for text in one.unread) for one in found_)


def test_what_leaves_the_meaning_alone(compare: Compare) -> None:
    harmless = (edits.comments, edits.formatting, edits.cte_names, edits.column_order)
    review = compare((*harmless, edits.docs, edits.tests, edits.model_name))
    assert found(review) == {}
    assert review.marts == ()
    assert review.untouched == 55
    assert review.verdict == "No metric is touched: all 55 mean what they meant."


def test_what_readers_of_metrics_meet(compare: Compare) -> None:
    review = compare([edits.of_readers])
    assert found(review) == {
        **verdicts("ces ces_margin_of_error", interface="breaking"),
        **verdicts("nps_reply_rate", interface="breaking"),
        **verdicts("tickets_reopened", interface="breaking"),
        **verdicts("sessions_so_far", interface="additive"),
        **verdicts("retention_day_7 retention_week_4", interface="additive"),
        **verdicts("backlog"),
        **restates("csat csat_margin_of_error"),
    }
    by_name = {one.name: one for one in review.metrics}
    assert by_name["ces"].interface_changes == ("dimension region is gone", "dimension area is new")
    assert by_name["nps_reply_rate"].was == "nps_response_rate"
    assert by_name["nps_reply_rate"].interface_changes == ("renamed from nps_response_rate",)
    assert by_name["backlog"].versions == "2 -> 3"
    assert by_name["tickets_reopened"].versions == "2 -> gone, **not deprecated first**"
    unversioned = {one.name for one in review.metrics if one.is_unversioned}
    assert unversioned == {
        *("ces", "ces_margin_of_error", "csat", "csat_margin_of_error"),
        *("nps_reply_rate", "tickets_reopened"),
    }
