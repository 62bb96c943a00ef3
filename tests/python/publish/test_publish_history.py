"""What metrics were when first published, what they are now, and which cause is told."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from harness.project import variant
from product_health.errors import UserError
from product_health.meaning.definitions import Definitions
from product_health.publish import measure
from product_health.publish.history import (
    IDENTITY,
    LATE_DATA,
    RULES,
    TAKEN_BACK,
    UNEXPLAINED,
    Definition,
    History,
    NewData,
    Reading,
    extended,
)
from product_health.publish.plan import Question, questions_of
from product_health.publish.restatements import metric_history, restatements
from publishing_desk import Desk

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
LOADED = NewData(has_new_loads=True)
MAU = Definition("mau", "1", 1, "meaning", "shape")


def reading(value: float | None, start: date = JANUARY, metric: str = "mau") -> Reading:
    return Reading(metric, "month", start, date(start.year, start.month, 28), value)


def first(value: float | None = 10.0) -> History:
    return extended(History(), [MAU], [reading(value)], NewData())


def told(
    data: NewData, value: float | None = 11.0, before: History | None = None, **changed: Any
) -> tuple[str | None, str | None]:
    """Give the cause and the others of a second publication that changed this."""
    before = before or first()
    definition = replace(MAU, run_id="2", **changed)
    after = extended(before, [definition], [reading(value)], data)
    assert after.values[: len(before.values)] == before.values
    assert len(after.values) == len(before.values) + 1
    return after.values[-1].cause, after.values[-1].also


def test_first_values_have_no_cause() -> None:
    (value,) = first().values
    assert (value.value, value.run_id, value.cause, value.also) == (10.0, "1", None, None)
    assert first(None).values == ()


@pytest.mark.parametrize("value", [10.0, 10.0 + 1e-12])
def test_nothing_is_added_where_nothing_moved(value: float) -> None:
    before = first()
    same = extended(before, [replace(MAU, run_id="2")], [reading(value)], LOADED)
    assert same == before


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"version": 2, "fingerprint": "b", "shape": "b"}, "definition v1 -> v2"),
        (
            {"fingerprint": "b", "shape": "b"},
            "definition v1, changed without a new version",
        ),
        ({"fingerprint": "b"}, RULES),
    ],
)
def test_meaning_comes_before_data(changed: dict[str, Any], cause: str) -> None:
    assert told(NewData(), **changed) == (cause, None)
    assert told(LOADED, **changed) == (cause, LATE_DATA)
    both = replace(LOADED, identity_from=JANUARY, by_person=frozenset({"mau"}))
    assert told(both, **changed) == (cause, f"{IDENTITY}, {LATE_DATA}")


def test_a_new_version_by_a_seed_says_both() -> None:
    assert told(NewData(), version=2, fingerprint="b") == ("definition v1 -> v2", RULES)


def test_identity_counts_where_it_can_have_moved_the_value() -> None:
    by_person = frozenset({"mau"})
    data = replace(LOADED, identity_from=date(2026, 1, 28), by_person=by_person)
    assert told(data) == (IDENTITY, LATE_DATA)
    assert told(replace(data, has_new_loads=False)) == (IDENTITY, None)
    assert told(replace(data, identity_from=date(2026, 1, 29))) == (LATE_DATA, None)
    assert told(replace(data, by_person=frozenset())) == (LATE_DATA, None)


def test_loads_that_come_and_go() -> None:
    assert told(LOADED) == (LATE_DATA, None)
    assert told(NewData(has_fewer_loads=True)) == (TAKEN_BACK, None)
    assert told(NewData()) == (UNEXPLAINED, None)


def test_a_change_is_held_against_the_publication_before() -> None:
    second = extended(
        first(), [replace(MAU, run_id="2", version=2, shape="b")], [reading(10.0)], NewData()
    )
    third = extended(
        second, [replace(MAU, run_id="3", version=2, shape="b")], [reading(12.0)], LOADED
    )
    assert [(one.run_id, one.cause) for one in third.values] == [("1", None), ("3", LATE_DATA)]
    assert [one.run_id for one in third.definitions] == ["1", "2"]


def test_values_appear_and_go() -> None:
    assert told(LOADED, None) == (LATE_DATA, None)
    after = extended(first(), [replace(MAU, run_id="2")], [reading(5.0, FEBRUARY)], LOADED)
    assert [(one.period_start, one.value) for one in after.values[1:]] == [
        (FEBRUARY, 5.0),
        (JANUARY, None),
    ]
    again = extended(after, [replace(MAU, run_id="3")], [reading(10.0)], LOADED)
    assert [one.value for one in again.values[3:]] == [10.0, None]


def test_a_period_is_there_once_it_is_complete() -> None:
    question = Question("mau", "people", 1, "", "", "month", "day", "sql", "finest", True)  # noqa: FBT003
    months = [(JANUARY, 1.0), (FEBRUARY, 2.0)]

    def run(sql: str) -> list[tuple[Any, ...]]:
        return [(date(2026, 2, 27),)] if "finest" in sql else months

    assert [one.period_start for one in measure.readings((question,), run)] == [JANUARY]


def test_rules_of_seeds_are_told_from_definitions() -> None:
    project = variant()
    # the last rule goes
    seeds = tuple(
        replace(seed, text="".join(seed.text.splitlines(keepends=True)[:-1]))
        if seed.name == "exclusion_rules"
        else seed
        for seed in project.seeds
    )
    edited = replace(project, seeds=seeds)
    before, after = (
        {one.metric: one for one in questions_of(Definitions(state))} for state in (project, edited)
    )
    assert before["mau"].fingerprint != after["mau"].fingerprint
    assert before["mau"].shape == after["mau"].shape
    assert before["mau"].is_by_person


def moved(desk: Desk, mau: int, *changes: str) -> None:
    """Set MAU of the last day of each month, and change more of the warehouse."""
    sql = (
        f"update marts.usage_daily_v1 set mau = {mau} where date_day = last_day(date_day)",
        *changes,
    )
    desk.change(";".join(sql))
    desk.publish()


NEW_LOAD = (
    "insert into intermediate.int_row_accounting by name "
    "select 'usage_events' as entity, max(load_id) + 1 as load_id "
    "from intermediate.int_row_accounting"
)
# Somebody who had been active all along turns out to be someone else.
NEW_LINK = (
    "insert into intermediate.int_identity_links by name "
    "select min(actor_id) as actor_id, 'somebody' as person_id, false as is_on_cycle, "
    "(select max(load_id) from intermediate.int_row_accounting) as chain_load_id "
    "from intermediate.int_usage_event_days where row_outcome = 'accepted' "
    "and activity_date = (select min(activity_date) from intermediate.int_usage_event_days "
    "where row_outcome = 'accepted')"
)


def test_the_history_travels_from_set_to_set(desk: Desk) -> None:
    desk.publish()
    assert restatements(desk.sets.current.resolve()) == []
    before = {
        (one.metric, one.period_start): one.value
        for one in metric_history(desk.sets.current.resolve())
    }
    moved(desk, 5, NEW_LOAD)
    moved(desk, 6, NEW_LOAD, NEW_LINK)
    moved(desk, 6)
    moved(desk, 7)
    runs = [row[0] for row in publications(desk)]
    assert len(runs) == 5
    assert runs[0] not in desk.sets.runs()
    found = restatements(desk.sets.current.resolve())
    # both read the row of the last date
    assert {one.metric for one in found} == {"mau"}
    for one in found:
        assert one.first_value == before["mau", one.period_start]
        assert (one.first_run_id, one.changed_run_id, one.value) == (runs[0], runs[4], 7)
        assert (one.version, one.cause) == (1, UNEXPLAINED)
    causes = desk.rows(
        "select run_id, cause, also, count(*) from meta.metric_values where metric = 'mau' "
        "and cause is not null group by all order by all"
    )
    periods = len(found)
    assert causes == [
        (runs[1], LATE_DATA, None, periods),
        (runs[2], IDENTITY, LATE_DATA, periods),
        (runs[4], UNEXPLAINED, None, periods),
    ]
    said = desk.call("--history", "mau")[1].splitlines()
    assert said[0].split() == [
        *("month", "first", "published", "in", "run", "now", "since", "run", "cause"),
    ]
    assert f"  {runs[0]}  7    {runs[4]}  {UNEXPLAINED}" in said[-1]


def publications(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.rows("select run_id from meta.publications order by run_id")


def test_other_data_does_not_go_on_with_a_history(desk: Desk) -> None:
    desk.publish()
    before = desk.bytes_read()
    landed = desk.rows("select load_id, entity, fingerprint from meta.loads order by all")
    desk.change("update intermediate.int_loads set fingerprint = 'x' || fingerprint")
    with pytest.raises(UserError, match=rf"none of its {len(landed)} landed tables is in the"):
        desk.publish()
    assert desk.bytes_read() == before
    # one that is still there is enough: others may have been taken back
    desk.change(
        "update intermediate.int_loads set fingerprint = substr(fingerprint, 2) where load_id = 1"
    )
    desk.publish()
    fresh = desk.rows("select load_id, entity, fingerprint from meta.loads order by all")
    assert [row for row in fresh if row in landed] == [row for row in landed if row[0] == 1]


def test_a_metric_that_is_not_published(published: Desk) -> None:
    code, _, errors = published.call("--history", "mao")
    assert code == 1
    assert "no published metric is called 'mao': did you mean mau" in errors


def test_nothing_published_has_no_history(desk: Desk) -> None:
    code, _, errors = desk.call("--history", "mau")
    assert (code, errors.startswith("error: nothing is published yet")) == (1, True)
