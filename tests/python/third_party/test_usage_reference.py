"""Usage marts of two third-party data sets against reference answers computed elsewhere.

What is not compared, as it is not the same number:
- their stickiness_28 is the DAU of a date over its MAU, so it stands against dau_mau_ratio; their
  stickiness_cal is a calendar month's mean DAU over its people, which no mart has: a window of 28
  dates is ours. Our stickiness is worked out here from their DAU and MAU instead.
- mau_30 needs another window; test_shop tries that one.
"""

from collections import Counter
from typing import Any

import pytest

from third_party.conftest import Usage
from third_party.data_set import Row, Tables

DAYS = (1, 3, 7, 14, 28, 30)


def exactly(value: Any) -> Any:
    """Equal but for the last digits of a float."""
    return pytest.approx(value, rel=1e-12)


@pytest.fixture(params=["messages", "shop"])
def usage(request: pytest.FixtureRequest) -> Usage:
    """One data set after the other."""
    found: Usage = request.getfixturevalue(request.param)
    return found


def periods(tables: Tables, name: str, period_type: str) -> list[Row]:
    """Give the rows of a table for days, weeks or months."""
    return [row for row in tables[name] if row["period_type"] == period_type]


def cells(tables: Tables, period_type: str) -> dict[tuple[str, int], Row]:
    """Give the retention triangle by cohort and number of the period."""
    return {
        (str(row["cohort_start"]), row["period_number"]): row
        for row in periods(tables, "usage_retention", period_type)
    }


def test_active_people_by_date(usage: Usage) -> None:
    """Empty dates are there too, with the windows that reach over them."""
    columns = ("date_day", "dau", "wau", "mau", "has_full_window")
    theirs = ("date", "dau", "wau_7", "mau_28", "full_window_28")
    rows = sorted(usage.tables["usage_daily"], key=lambda row: row["date_day"])
    daily = usage.reference["daily"]
    assert [
        {"date_day": str(row["date_day"]), **{name: row[name] for name in columns[1:]}}
        for row in rows
    ] == [
        {column: day[name] for column, name in zip(columns, theirs, strict=True)} for day in daily
    ]
    assert len(rows) == usage.reference["n_days_in_span"]
    assert all(row["is_complete"] for row in rows)
    empty = [str(row["date_day"]) for row in rows if not row["dau"]]
    assert empty == usage.reference["empty_days"] != []


def test_dau_mau_ratio(usage: Usage) -> None:
    found = {str(row["date_day"]): row for row in usage.tables["usage_daily"]}
    for day in usage.reference["daily"]:
        assert found[day["date"]]["dau_mau_ratio"] == exactly(day["stickiness_28"]), day["date"]
    full = [row for row in found.values() if row["has_full_window"]]
    mean = sum(row["dau_mau_ratio"] for row in full) / len(full)
    assert mean == exactly(usage.reference["stickiness_28_mean_full_window"])
    pooled = sum(row["dau"] for row in full) / sum(row["mau"] for row in full)
    assert pooled == exactly(usage.reference["stickiness_28_ratio_of_sums_full_window"])


def test_stickiness_from_their_dau_and_mau(usage: Usage) -> None:
    daily = usage.reference["daily"]
    found = {str(row["date_day"]): row["stickiness"] for row in usage.tables["usage_daily"]}
    for number, day in enumerate(daily):
        person_days = sum(one["dau"] for one in daily[max(number - 27, 0) : number + 1])
        assert found[day["date"]] == exactly(person_days / 28 / day["mau_28"]), day["date"]


def test_people_by_active_days(usage: Usage) -> None:
    """The reference has no L28; its sums are the reference's MAU and person days."""
    people: Counter[str] = Counter()
    person_days: Counter[str] = Counter()
    for row in usage.tables["usage_l28"]:
        people[str(row["date_day"])] += row["people"]
        person_days[str(row["date_day"])] += row["people"] * row["active_days"]
    daily = usage.reference["daily"]
    assert +people == {day["date"]: day["mau_28"] for day in daily}
    assert +person_days == {
        day["date"]: sum(one["dau"] for one in daily[max(number - 27, 0) : number + 1])
        for number, day in enumerate(daily)
    }


def test_active_people_by_week(usage: Usage) -> None:
    found = {
        str(row["period_start"]): row["active_people"]
        for row in periods(usage.tables, "usage_lifecycle", "week")
    }
    assert found == {week["week_start"]: week["wau"] for week in usage.reference["weekly_iso"]}


def test_lifecycle_by_month(usage: Usage) -> None:
    """Their churned of a month were active in the one before it: our dormant of the same month."""
    found = {
        str(row["period_start"]): (
            row["active_people"], row["new_people"], row["retained_people"],
            row["resurrected_people"], row["dormant_people"],
        )
        for row in periods(usage.tables, "usage_lifecycle", "month")
    }  # fmt: skip
    assert found == {
        month["month"]: tuple(
            month[name] for name in ("mau", "new", "retained", "resurrected", "churned")
        )
        for month in usage.reference["monthly"]
    }


def test_calendar_months(usage: Usage) -> None:
    found = {str(row["month_start"]): row for row in usage.tables["usage_monthly"]}
    days: Counter[str] = Counter()
    for row in usage.tables["usage_daily"]:
        days[f"{row['date_day']:%Y-%m}-01"] += row["dau"]
    for month in usage.reference["monthly"]:
        assert found[month["month"]]["active_people_month"] == month["mau"]
        assert days[month["month"]] == month["sum_dau"]
    assert len(found) == len(usage.reference["monthly"])
    last = max(usage.reference["monthly"], key=lambda month: str(month["month"]))["month"]
    assert [start for start, row in found.items() if not row["is_complete"]] == [last]


def test_retention_over_all_cohorts(usage: Usage) -> None:
    """Pools the complete cells; whom they call eligible are the people of those cells."""
    found = cells(usage.tables, "day")
    assert set(usage.reference["retention_overall"]) == {f"d{number}" for number in DAYS}
    for number in DAYS:
        told = usage.reference["retention_overall"][f"d{number}"]
        complete = [row for (_, n), row in found.items() if n == number and row["is_complete"]]
        eligible = sum(row["cohort_people"] for row in complete)
        exact = sum(row["retained_people"] for row in complete)
        on_or_after = sum(row["retained_on_or_after_people"] for row in complete)
        assert (eligible, exact) == (told["eligible"], told["retained_exact"]), number
        assert on_or_after == told["retained_on_or_after"], number
        assert exact / eligible == exactly(told["rate_exact"])
        assert on_or_after / eligible == exactly(told["rate_on_or_after"])


def test_retention_of_daily_cohorts(usage: Usage) -> None:
    """A cell that is not complete is absent or NULL, as theirs is null."""
    found = cells(usage.tables, "day")
    assert {cohort for cohort, _ in found} == {
        cohort["cohort_date"] for cohort in usage.reference["retention_by_cohort_day"]
    }
    for cohort in usage.reference["retention_by_cohort_day"]:
        day = cohort["cohort_date"]
        assert found[day, 0]["cohort_people"] == cohort["size"]
        assert found[day, 0]["retained_people"] == cohort["size"]
        for number in DAYS:
            row = found.get((day, number), {})
            assert row.get("retained_people") == cohort[f"d{number}"], (day, number)


def matrix(usage: Usage, period_type: str) -> dict[tuple[str, int], tuple[int, int]]:
    """Give the reference's people of a cohort, and those active in a period, by cell."""
    return {
        (row["cohort"], number): (row["size"], people)
        for row in usage.reference[f"retention_matrix_{period_type}"]
        for number, people in enumerate(row["active"])
    }


@pytest.mark.parametrize("period_type", ["week", "month"])
def test_retention_matrices(usage: Usage, period_type: str) -> None:
    """They count the last, partial week and month; ours are NULL until these are complete."""
    found, told = cells(usage.tables, period_type), matrix(usage, period_type)
    assert found.keys() == told.keys()
    partial = {key for key, row in found.items() if not row["is_complete"]}
    assert partial
    assert all(found[key]["retained_people"] is None for key in partial)
    for key in found.keys() - partial:
        assert (found[key]["cohort_people"], found[key]["retained_people"]) == told[key], key


@pytest.mark.parametrize("period_type", ["week", "month"])
def test_whole_matrices_once_the_last_period_is_complete(usage: Usage, period_type: str) -> None:
    """Var as_of_date says that the data are whole until the end of the last week and month."""
    found = cells(usage.whole, period_type)
    assert {
        key: (row["cohort_people"], row["retained_people"]) for key, row in found.items()
    } == matrix(usage, period_type)
