"""Questions about metrics, answered from the warehouse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from product_health.errors import UserError, unknown
from product_health.query.where import Condition, condition
from product_health.semantics.catalogue import Metric
from product_health.semantics.engine import TIME
from product_health.semantics.periods import period_end

EVERYONE = "(all)"
# How many values of a dimension are told where a condition meets none.
MOST_VALUES = 8
Rows = list[dict[str, Any]]
# Gives the rows of a metric, split by MetricFlow's names, where a condition is met.
Run = Callable[[Metric, Sequence[str], Condition | None], Rows]


@dataclass(frozen=True)
class Question:
    """What is asked of a metric; no grain asks for the last complete period alone."""

    by: tuple[str, ...] = ()
    grain: str | None = None
    where: str | None = None


@dataclass(frozen=True)
class Answer:
    """Rows of period, dimensions and value, in order, and what a reader should know."""

    metric: Metric
    grain: str
    by: tuple[str, ...]
    rows: Rows
    notes: tuple[str, ...]


def answer(metric: Metric, question: Question, run: Run) -> Answer:
    """Ask the warehouse; UserError where the metric has no meaning at a grain or dimension."""
    grain = _grain(metric, question.grain)
    period = f"{TIME}__{grain}"
    dimensions = [_dimension(metric, name) for name in question.by]
    where = None if question.where is None else condition(question.where, metric)
    found = run(metric, [period, *dimensions], where)
    rows = [
        {
            "period": row[period].date() if hasattr(row[period], "date") else row[period],
            **{
                name: EVERYONE if row[column] is None else row[column]
                for name, column in zip(question.by, dimensions, strict=True)
            },
            "value": row[metric.name],
        }
        for row in found
    ]
    if question.grain is None and rows:
        last = max(row["period"] for row in rows)
        rows = [row for row in rows if row["period"] == last]
    rows.sort(
        key=lambda row: [(row[key] != EVERYONE, row[key]) for key in ("period", *question.by)]
    )
    notes = _notes(metric, question, rows)
    if not rows:
        notes.append(_nothing(metric, question, where, run))
    if rows and where and where.names_date and grain != metric.grains[0]:
        notes.append(f"a {grain} at the edge of --where has only those of its dates that meet it")
    if rows and (metric.is_sum or "day" in metric.grains):
        notes += _unfinished(rows[-1]["period"], grain, _last_date(metric, run))
    return Answer(metric, grain, question.by, rows, tuple(notes))


def _grain(metric: Metric, asked: str | None) -> str:
    if asked is None:
        return metric.grains[0]
    if asked not in metric.grains:
        message = (
            f"metric {metric.name} has no meaning by {asked}: "
            f"it is a number of the {' or '.join(metric.grains)}"
        )
        raise UserError(message)
    return asked


def _dimension(metric: Metric, name: str) -> str:
    if name in metric.dimensions:
        return metric.dimensions[name]
    raise UserError(unknown(f"dimension of {metric.name}", name, metric.dimensions))


def _last_date(metric: Metric, run: Run) -> date | None:
    rows = run(metric, [f"{TIME}__day"], None)
    return max((row[f"{TIME}__day"].date() for row in rows), default=None)


def _unfinished(period: date, grain: str, last: date | None) -> list[str]:
    """Say where a value will still move, because its last period is not over."""
    if last is None or period_end(period, grain) <= last:
        return []
    return [f"the last {grain} is not over: it has data up to {last}"]


def _notes(metric: Metric, question: Question, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Say what a reader could misunderstand."""
    notes = []
    if metric.deprecated:
        out = metric.deprecated
        notes.append(f"{metric.name} is deprecated and goes on {out.until}: use {out.use}")
    if metric.tier != "certified":
        notes.append(f"{metric.name} is a {metric.tier}, not certified")
    if len(question.by) > 1 and not any(_is_crossed(row, question.by) for row in rows):
        notes.append("dimensions stand beside each other, they are not crossed")
    if rows and all(row["value"] is None for row in rows) and metric.dimensions:
        names = ", ".join(metric.dimensions)
        notes.append(f"{metric.name} has no value over several at once: name one by {names}")
    return notes


def _is_crossed(row: dict[str, Any], by: Sequence[str]) -> bool:
    """Whether a row is of a segment of two dimensions at once."""
    return len([name for name in by if row[name] != EVERYONE]) > 1


def _nothing(metric: Metric, question: Question, where: Condition | None, run: Run) -> str:
    """Say that nothing is there, and which values the dimensions of the condition have."""
    if where is None:
        return (
            "nothing is there: no period is complete, with all dates that the metric looks back on"
        )
    told = [f"nothing meets --where {question.where!r}"]
    if len(where.dimensions) > 1:
        told.append(
            f"segments do not cross everywhere, so try {' or '.join(where.dimensions)} alone"
        )
    period = f"{TIME}__{_grain(metric, question.grain)}"
    for name in where.dimensions:
        column = metric.dimensions[name]
        rows = run(metric, [period, column], None)
        values = sorted({str(row[column]) for row in rows if row[column] is not None})
        more = len(values) - MOST_VALUES
        rest = f" and {more} more" if more > 0 else ""
        told.append(f"{name} has {', '.join(map(repr, values[:MOST_VALUES])) or 'no values'}{rest}")
    return "; ".join(told)
