"""Answers to questions about metrics: MetricFlow's, and what rows of marts say by themselves.

The same reading is made of a mart's rows and of the reference's, by sets and loops, so that three
parties must agree: the metric, the mart, and the definitions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from product_health.semantics.catalogue import Metric
from reference import Row

Key = tuple[date | str | None, ...]
# By period, where a grain was asked for, and by the value of each dimension; None is everyone.
Answer = dict[Key, Any]
Marts = Mapping[str, list[Row]]

# The marts that split the rows of another.
PARTS: Mapping[str, tuple[str, ...]] = {
    "usage_daily": ("usage_daily_by_segment",),
    "nps_daily": ("nps_daily_by_segment", "nps_daily_by_survey"),
    "csat_daily": ("csat_daily_by_segment",),
    "ces_daily": ("ces_daily_by_segment",),
    "adoption_feature_daily": ("adoption_feature_daily_by_plan",),
}
# What people call a dimension, and the column that a mart has for it.
NAMED: Mapping[str, Mapping[str, str]] = {
    "nps_daily_by_survey": {"survey": "survey_id"},
    "adoption_feature_daily": {"feature": "feature_key"},
    "adoption_feature_daily_by_plan": {"feature": "feature_key", "plan": "plan"},
    "support_feature_daily": {"feature": "feature_key"},
    "support_account_daily": {"account": "account_id"},
    "survey_waves": {"survey": "survey_id"},
}
DATES: Mapping[str, str] = {
    "usage_lifecycle": "period_start",
    "usage_retention": "cohort_start",
    "survey_waves": "wave_month",
}


@dataclass(frozen=True)
class Number:
    """Where the number of a metric stands, and which of a period's rows it is read off.

    `rule` is last (the last date of the period), only (its only row, or none), or sum; `over` is
    the column by which the sum is divided. Rows count that are complete and as `where` says.
    Where not every date has rows, `dates` is the mart that has them all.
    """

    mart: str
    column: str
    rule: str = "last"
    over: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    dates: str | None = None


@dataclass(frozen=True)
class Question:
    """A metric by a grain and some dimensions; `named` are values of the one called `within`."""

    metric: str
    grain: str | None = None
    dimensions: tuple[str, ...] = ()
    within: str | None = None
    named: tuple[str | None, ...] = ()

    def columns(self, metric: Metric) -> list[str]:
        """Give MetricFlow's names of what is grouped by."""
        time = [f"metric_time__{self.grain}"] if self.grain else []
        return time + [metric.dimensions[name] for name in self.dimensions]

    def condition(self, metric: Metric) -> list[str]:
        """Give the condition as MetricFlow takes it."""
        if self.within is None:
            return []
        dimension = f"{{{{ Dimension('{metric.dimensions[self.within]}') }}}}"
        values = ", ".join(f"'{value}'" for value in self.named if value)
        unsplit = f" or {dimension} is null" if None in self.named else ""
        return [f"({dimension} in ({values}){unsplit})"]

    def __str__(self) -> str:
        """Say it in a failure."""
        by = ", ".join([*([self.grain] if self.grain else []), *self.dimensions])
        where = f" where {self.within} in {self.named}" if self.within else ""
        return f"{self.metric} by {by or 'nothing'}{where}"


class Reading(NamedTuple):
    """One row of a mart as a metric sees it; `segments` says what the row is split by."""

    day: date
    segments: Mapping[str, str]
    value: Any
    over: Any


@cache
def period(day: date, grain: str | None) -> date | None:
    """Give the first date of the period of a date; None where there are no periods."""
    starts = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }
    return starts[grain] if grain else None


def readings(number: Number, marts: Marts) -> list[Reading]:
    """Read the rows that count, those of everyone and those that are split."""
    found = []
    for mart in (number.mart, *PARTS.get(number.mart, ())):
        for row in marts[mart]:
            if row["is_complete"] and all(
                row[name] == value for name, value in number.where.items()
            ):
                day = row[DATES.get(mart, "date_day")]
                over = row[number.over] if number.over else None
                found.append(Reading(day, _segments(mart, row), row.get(number.column), over))
    return found


def _segments(mart: str, row: Row) -> Mapping[str, str]:
    if "segment_type" in row:
        return {row["segment_type"]: row["segment_value"]}
    return {name: row[column] for name, column in NAMED.get(mart, {}).items()}


def all_dates(number: Number, marts: Marts) -> list[date]:
    """Give the complete dates of a number whose rows do not show them all."""
    rows = marts[number.dates] if number.dates else []
    return [row["date_day"] for row in rows if row["is_complete"]]


def expected(
    number: Number, question: Question, found: Iterable[Reading], dates: Sequence[date] = ()
) -> Answer:
    """Give the answer that readings say, on these dates or else on those they have."""
    asked = [(period(one.day, question.grain), one) for one in found if _is_named(question, one)]
    last: dict[date | None, date] = {}
    for day in dates or {one.day for _, one in asked}:
        start = period(day, question.grain)
        last[start] = max(day, last.get(start, day))
    groups: dict[Key, list[Reading]] = {} if question.grain or question.dimensions else {(): []}
    for start, one in asked:
        if number.rule != "last" or one.day == last[start]:
            time = (start,) if question.grain else ()
            key = (*time, *(one.segments.get(name) for name in question.dimensions))
            groups.setdefault(key, []).append(one)
    return {key: _value(number, group) for key, group in groups.items()}


def _is_named(question: Question, one: Reading) -> bool:
    return question.within is None or one.segments.get(question.within) in question.named


def _value(number: Number, group: list[Reading]) -> Any:
    """Give the value of the row that is split least; several are not added up."""
    least = min((len(one.segments) for one in group), default=0)
    if number.rule == "sum":
        total = sum(one.value for one in group)
        if number.over is None:
            return total if group else None
        over = sum(one.over for one in group)
        return total / over if over else None
    rows = [one for one in group if len(one.segments) == least]
    return rows[0].value if len(rows) == 1 else None


def answer(metric: Metric, question: Question, rows: Iterable[Row]) -> Answer:
    """Give the answer that MetricFlow's SQL gave."""
    columns = question.columns(metric)
    return {tuple(_plain(row[column]) for column in columns): row[metric.name] for row in rows}


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def questions(metric: Metric, grains: Iterable[str]) -> Iterator[Question]:
    """Give a metric in total and by each dimension at each of its grains, and once without any."""
    splits: list[tuple[str, ...]] = [(), *((name,) for name in metric.dimensions)]
    if len(metric.dimensions) > 1 and "feature" in metric.dimensions:
        splits.append(tuple(metric.dimensions))
    yield Question(metric.name)
    for grain in grains:
        if grain in metric.grains:
            yield from (Question(metric.name, grain, split) for split in splits)
