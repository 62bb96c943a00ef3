"""What only the messages among students show: repeats, unlisted names, a day that is not over."""

from collections import Counter
from typing import Any

import pytest

from third_party.conftest import RETENTION, Usage, reference, upstream
from third_party.data_set import DataSet, Project, Tables

# With a hash as id, rows that repeat exactly are duplicates. Nothing says until when the source is
# whole, so that its last message counts.
LAND_SENT = """
    product-health land usage_events --from {raw}/CollegeMsg.txt.gz
        --delimiter space --columns src,dst,unixts
        --map actor_id=src --map occurred_at=unixts:epoch --map event_id=@row_hash
        --set event_name=message_sent
"""
# The same rows seen from the other side: on purpose a second time, and not repeats of the first.
LAND_RECEIVED = """
    product-health land usage_events --from {raw}/CollegeMsg.txt.gz
        --delimiter space --columns src,dst,unixts
        --map actor_id=dst --map occurred_at=unixts:epoch --map event_id=@row_number --again
        --set event_name=message_received
"""
BOTH = (
    "usage_daily", "usage_monthly", "usage_lifecycle", "usage_retention", "int_as_of_dates",
    "int_usage_event_days", "dim_people",
)  # fmt: skip


@pytest.fixture(scope="module")
def everyone(messages: Usage) -> Usage:
    """Whoever sends or receives a message is active."""
    data_set = DataSet(messages.data_set.project, "everyone", messages.data_set.source)
    data_set.land(LAND_SENT)
    data_set.land(LAND_RECEIVED)
    tables = data_set.build(upstream(BOTH), BOTH)
    whole = data_set.build(RETENTION, ("usage_retention",), as_of_date="2004-10-26")
    told = reference(data_set)["usage_sending_or_receiving_monthly_weekly_only"]
    return Usage(data_set, tables, whole, told)


def outcomes(tables: Tables) -> Counter[tuple[int, str]]:
    """Count events by load and outcome."""
    counted: Counter[tuple[int, str]] = Counter()
    for row in tables["int_usage_event_days"]:
        counted[row["load_id"], row["row_outcome"]] += row["event_count"]
    return counted


@pytest.mark.faults
def test_every_row_counts_where_its_number_is_its_id(messages: Usage) -> None:
    """Their 174 repeats of user, time and event went to different people: no duplicates to us."""
    assert outcomes(messages.tables) == {(1, "accepted"): messages.reference["n_events"]}
    senders = {row["actor_id"] for row in messages.tables["int_usage_event_days"]}
    assert len(senders) == messages.reference["n_users"] == 1350


def test_an_event_that_the_catalogue_does_not_list_counts_and_is_reported(
    messages: Usage,
) -> None:
    (row,) = messages.tables["int_unlisted_event_names"]
    assert (row["event_name"], row["event_count"]) == ("message_sent", 59_835)


def test_rows_that_repeat_exactly_are_duplicates_where_a_hash_is_their_id(everyone: Usage) -> None:
    repeats = reference(everyone.data_set)["exact_duplicate_rows"]
    rows = reference(everyone.data_set)["rows"]
    assert outcomes(everyone.tables) == {
        (1, "accepted"): rows - repeats,
        (1, "duplicate"): repeats,
        (2, "accepted"): rows,
    }


def test_the_last_day_is_not_complete_by_default(everyone: Usage, messages: Usage) -> None:
    """The last message was sent at 07:52:22; the reference counts that day as any other."""
    (usage,) = (row for row in everyone.tables["int_as_of_dates"] if row["family"] == "usage")
    assert str(usage["as_of_date"]) == "2004-10-25"
    incomplete = [row for row in everyone.tables["usage_daily"] if not row["is_complete"]]
    assert [str(row["date_day"]) for row in incomplete] == [messages.reference["last_day"]]
    assert incomplete[0]["dau"] > 0
    retained: dict[str, Any] = {
        str(row["cohort_start"]): row["retained_people"]
        for row in everyone.tables["usage_retention"]
        if row["period_type"] == "day" and row["period_number"] == 1
    }
    assert retained["2004-10-25"] is None
    assert len([people for people in retained.values() if people is None]) == 1


def test_people_who_send_or_receive_by_week_and_month(everyone: Usage) -> None:
    found = {
        (row["period_type"], str(row["period_start"])): row
        for row in everyone.tables["usage_lifecycle"]
    }
    told = everyone.reference
    assert {key: row["active_people"] for key, row in found.items()} == {
        **{("week", week["week_start"]): week["wau"] for week in told["weekly_iso"]},
        **{("month", month["month"]): month["mau"] for month in told["monthly"]},
    }
    for month in told["monthly"]:
        row = found["month", month["month"]]
        states = ("new_people", "retained_people", "resurrected_people", "dormant_people")
        assert [row[name] for name in states] == [
            month[name] for name in ("new", "retained", "resurrected", "churned")
        ]
    assert len(everyone.tables["dim_people"]) == told["n_users"] == 1899


def test_retention_of_people_who_send_or_receive(everyone: Usage) -> None:
    """With the last day declared whole (var as_of_date), as the reference takes it."""
    for name, told in everyone.reference["retention_overall"].items():
        cells = [
            row
            for row in everyone.whole["usage_retention"]
            if row["period_type"] == "day"
            and f"d{row['period_number']}" == name
            and row["is_complete"]
        ]
        assert sum(row["cohort_people"] for row in cells) == told["eligible"]
        assert sum(row["retained_people"] for row in cells) == told["retained_exact"]
        assert (
            sum(row["retained_on_or_after_people"] for row in cells) == told["retained_on_or_after"]
        )


@pytest.mark.faults
def test_dbt_tests_hold_without_accounts_or_features_in_use(
    project: Project, messages: Usage
) -> None:
    """Every data test of the whole project, on a company that has nothing but events."""
    data_set = DataSet(project, "messages", messages.data_set.source)
    assert data_set.build("*", ("usage_daily",), tested=True)["usage_daily"]
