"""What goes into the history of metrics: their values as they are published, and what is new."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from product_health.publish.history import NewData, Reading
from product_health.publish.plan import Question
from product_health.semantics.engine import TIME
from product_health.semantics.periods import period_end

Run = Callable[..., list[tuple[Any, ...]]]

# Actors whose link, or one further on in its chain, came after a load: from which date on they had
# been active, and counted as someone else.
IDENTITY_FROM = """
    select min(days.activity_date)
    from warehouse.intermediate.int_usage_event_days as days
    inner join warehouse.intermediate.int_identity_links as links on days.actor_id = links.actor_id
    where days.row_outcome = 'accepted' and links.chain_load_id > ?
"""
LOADS = """
    select count(distinct load_id), coalesce(max(load_id), 0)
    from warehouse.intermediate.int_row_accounting
"""
ADDED = "select distinct load_id from warehouse.intermediate.int_row_accounting where load_id > ?"
LANDED = "select load_id, entity, fingerprint from warehouse.intermediate.int_loads order by all"


def landed(run: Run) -> list[tuple[int, str, str]]:
    """Give the loads of entities that the warehouse was built from, and their fingerprints."""
    return [(load_id, entity, told) for load_id, entity, told in run(LANDED)]


def loads(run: Run) -> tuple[int, int]:
    """Give how many loads the warehouse was built from, and the highest."""
    ((count, last),) = run(LOADS)
    return count, last


def readings(questions: tuple[Question, ...], run: Run) -> Iterator[Reading]:
    """Give the total of each metric in each period that is complete.

    A period is complete when the shortest period that the metric has, and has rows for, reaches its
    end: metrics leave incomplete dates out themselves.
    """
    for question in questions:
        reached = _reached(question, run)
        for period, value in run(question.sql):
            start = _date(period)
            end = period_end(start, question.grain)
            if reached is not None and end <= reached:
                number = None if value is None else float(value)
                yield Reading(question.metric, question.grain, start, end, number)


def _reached(question: Question, run: Run) -> date | None:
    ((last,),) = run(f"select max({TIME}__{question.finest}) from ({question.finest_sql})")
    return None if last is None else period_end(_date(last), question.finest)


def _date(value: Any) -> date:
    found: date = value.date() if hasattr(value, "date") else value
    return found


def new_data(questions: tuple[Question, ...], before: tuple[int, int] | None, run: Run) -> NewData:
    """Give what came since a publication of so many loads up to one."""
    if before is None:
        return NewData()
    (old_count, old_last), (count, last) = before, loads(run)
    added = sum(1 for _ in run(ADDED, [old_last]))
    ((begins,),) = run(IDENTITY_FROM, [old_last])
    return NewData(
        has_new_loads=last > old_last,
        has_fewer_loads=count - added < old_count,
        identity_from=begins,
        by_person=frozenset(one.metric for one in questions if one.is_by_person),
    )
