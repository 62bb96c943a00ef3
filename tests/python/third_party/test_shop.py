"""What only the made-up shop shows: platforms, sessions, features.

Not compared: acquisition channels, life-cycle labels and the users by given cohort are columns of
the file that no definition of ours reads; the 3,605 sessions that the file names are another
definition than a gap of 30 minutes, so that sessions are worked out again here from its times.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median

import pytest

from third_party.conftest import Usage, reference
from third_party.data_set import Row, Tables

GAP, CUT = timedelta(minutes=30), timedelta(hours=24)
# What a window of another length changes.
WINDOWED = (
    "int_as_of_dates int_usage_dates usage_daily "
    "path:models/intermediate/adoption,+adoption_feature_daily adoption_feature_daily"
)


@pytest.fixture(scope="module")
def clicks(shop: Usage) -> list[dict[str, str]]:
    """The rows of the file."""
    path = shop.data_set.source / "raw" / "ecom.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_days_of_people_by_platform(shop: Usage) -> None:
    days: Counter[str] = Counter()
    for row in shop.tables["usage_daily_by_segment"]:
        if row["segment_type"] == "platform":
            days[row["segment_value"]] += row["dau"]
    assert days == reference(shop.data_set)["dau_by_platform_total_user_days"]


def test_first_months_differ_from_the_given_labels(
    shop: Usage, clicks: list[dict[str, str]]
) -> None:
    """Cohorts are computed from activity; the file's labels agree for half of the people."""
    labels = {row["user_id"]: row["user_cohort"] for row in clicks}
    first = {row["person_id"]: row["first_active_date"] for row in shop.tables["dim_people"]}
    assert first.keys() == labels.keys()
    agreeing = sum(f"{day:%Y-%m}" == labels[person] for person, day in first.items())
    assert agreeing == reference(shop.data_set)["given_cohort_equals_first_event_month"] == 303


def sessions(times: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Cut a person's times where more than 30 minutes lie between them, and every 24 hours."""
    times = sorted(times)
    gaps = [number for number in range(1, len(times)) if times[number] - times[number - 1] > GAP]
    for first, after in zip([0, *gaps], [*gaps, len(times)], strict=True):
        start, end = times[first], times[after - 1]
        while end - start >= CUT:
            yield start, start + CUT
            start += CUT
        yield start, end


def test_sessions_by_date(shop: Usage, clicks: list[dict[str, str]]) -> None:
    times: dict[str, list[datetime]] = defaultdict(list)
    for click in clicks:
        times[click["user_id"]].append(datetime.fromisoformat(click["timestamp"]))
    people: dict[date, set[str]] = defaultdict(set)
    minutes: dict[date, list[float]] = defaultdict(list)
    for person, its_times in times.items():
        for start, end in sessions(its_times):
            people[start.date()].add(person)
            minutes[start.date()].append((end - start).total_seconds() / 60)
    assert len(shop.tables["usage_sessions_daily"]) == shop.reference["n_days_in_span"]
    for row in shop.tables["usage_sessions_daily"]:
        day, lengths = row["date_day"], minutes[row["date_day"]]
        assert row["sessions"] == len(lengths), day
        assert row["people_with_sessions"] == len(people[day]), day
        assert row["session_minutes"] == pytest.approx(sum(lengths), rel=1e-9), day
        assert row["median_session_minutes"] == (
            pytest.approx(median(lengths), rel=1e-9) if lengths else None
        ), day


def adoption(tables: Tables, day: str) -> dict[str, Row]:
    """Give adoption by feature on a date."""
    rows = tables["adoption_feature_daily"]
    return {row["feature_key"]: row for row in rows if str(row["date_day"]) == day}


@pytest.fixture(scope="module")
def thirty(shop: Usage) -> Tables:
    """The shop with a window of 30 dates, whole until the end of June."""
    read = ("usage_daily", "adoption_feature_daily")
    return shop.data_set.build(WINDOWED, read, window_days=30, as_of_date="2024-06-30")


def test_active_people_of_thirty_dates(shop: Usage, thirty: Tables) -> None:
    found = {str(row["date_day"]): row["mau"] for row in thirty["usage_daily"]}
    assert {day["date"]: found[day["date"]] for day in shop.reference["daily"]} == {
        day["date"]: day["mau_30"] for day in shop.reference["daily"]
    }


@pytest.mark.parametrize("last_date", ["2024-04-30", "2024-06-30"])
def test_adoption_in_months_of_thirty_dates(shop: Usage, thirty: Tables, last_date: str) -> None:
    """Theirs is by calendar month, ours by trailing window: one number at the end of such a month.

    With no plans, launches or minimum of uses everyone who is active is eligible, as with them.
    """
    month = f"{last_date[:7]}-01"
    told = {
        row["event"]: (row["users"], row["rate"])
        for row in shop.reference["feature_adoption_monthly"]
        if row["month"] == month
    }
    (active,) = (row["mau"] for row in shop.reference["monthly"] if row["month"] == month)
    found = adoption(thirty, last_date)
    for event, row in found.items():
        users, rate = told.pop(event, (0, 0.0))
        assert (row["eligible_people"], row["adopted_people"]) == (active, users), event
        assert row["adoption_rate"] == pytest.approx(rate, rel=1e-12), event
    assert not told


def test_adoption_over_all_time(shop: Usage) -> None:
    """With a window as long as the data, everyone who ever used a feature has adopted it."""
    window = shop.reference["n_days_in_span"]
    tables = shop.data_set.build(WINDOWED, ("adoption_feature_daily",), window_days=window)
    found = adoption(tables, shop.reference["last_day"])
    told = shop.reference["feature_adoption_overall"]
    assert found.keys() == {row["event"] for row in told}
    for row in told:
        one = found[row["event"]]
        assert one["eligible_people"] == shop.reference["n_users"]
        assert (one["adopted_people"], one["uses"]) == (row["users"], row["events"]), row["event"]
        assert one["adoption_rate"] == pytest.approx(row["rate"], rel=1e-12), row["event"]
    assert sum(one["uses"] for one in found.values()) == shop.reference["n_events"]
    conversion = reference(shop.data_set)["conversion"]
    assert found["purchase"]["adopted_people"] == conversion["users_purchase"]
