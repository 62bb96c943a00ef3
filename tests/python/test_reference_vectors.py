"""The reference against vectors that PostHog asserts of itself.

Not tried, because the definition is another one:
- all nine 'retention' vectors: theirs is recurring (a person is in a cohort of every interval in
  which it was active) and its weeks start on Sunday, ours counts a person once, from its first
  activity; `test_first_time_retention`, too, starts from one event and returns by another;
- `test_stickiness_hours`: no period of ours is shorter than a day.

Tried with one difference spelt out: their dormant counts are negative, and their series are cut
to the range asked for. 'Returning' is our retained, 'resurrecting' our resurrected.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reference.cohorts import lifecycle
from reference.dates import local_date, period_start
from reference.usage import people_by_active_periods

VECTORS = Path(__file__).parents[3] / "shared/data/posthog_vectors/vectors.json"
COLUMNS = {
    "new": "new_people",
    "returning": "retained_people",
    "resurrecting": "resurrected_people",
    "dormant": "dormant_people",
}
NOT_TRIED = {"test_stickiness_hours"}


def vectors(kind: str) -> list[dict[str, Any]]:
    if not VECTORS.exists():
        return []
    every = json.loads(VECTORS.read_text(encoding="utf-8"))
    return [one for one in every if one["kind"] == kind and one["name"] not in NOT_TRIED]


def active_dates(vector: dict[str, Any]) -> dict[str, set[date]]:
    person_of = {alias: aliases[0] for aliases in vector["persons"] for alias in aliases}
    dates: dict[str, set[date]] = {}
    for actor, _, moment in vector["events"]:
        dates.setdefault(person_of[actor], set()).add(day_of(moment))
    return dates


def day_of(moment: str) -> date:
    read = datetime.fromisoformat(moment)
    naive = read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read
    return local_date(naive, UTC)


def asserted(vector: dict[str, Any], field: str) -> Any:
    return next(one["expected"] for one in vector["asserts"] if one["field"].startswith(field))


def names(found: Iterable[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in found]


@pytest.mark.skipif(not VECTORS.exists(), reason="third-party vectors are not here")
def test_the_vectors_are_all_there() -> None:
    assert len(vectors("lifecycle")) == 5
    assert len(vectors("stickiness")) == 3


@pytest.mark.parametrize("vector", vectors("lifecycle"), ids=names(vectors("lifecycle")))
def test_lifecycle(vector: dict[str, Any]) -> None:
    asked = vector["filter"]
    period = asked.get("interval", "day")
    dates = active_dates(vector)
    last = day_of(asked.get("date_to") or vector["now"])
    first = min(map(min, dates.values()))
    if asked["date_from"] != "all":
        first = period_start(day_of(asked["date_from"]), period)
    rows = [row for row in lifecycle(dates, period, last) if row["period_start"] >= first]
    for series in asserted(vector, "series"):
        counts = [row[COLUMNS[series["status"]]] for row in rows]
        sign = -1 if series["status"] == "dormant" else 1
        assert [sign * count for count in counts] == series["data"], series["status"]


@pytest.mark.parametrize("vector", vectors("stickiness"), ids=names(vectors("stickiness")))
def test_people_by_active_periods(vector: dict[str, Any]) -> None:
    asked = vector["filter"]
    first, last = day_of(asked["date_from"]), day_of(asked["date_to"])
    people = people_by_active_periods(active_dates(vector), asked["interval"], first, last)
    expected = asserted(vector, "people active")
    assert {count: people.get(int(count), 0) for count in expected} == expected
    assert sum(people.values()) == asserted(vector, "count")
