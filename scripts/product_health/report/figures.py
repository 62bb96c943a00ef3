"""The figures of the page: each with a chart and the table behind it, for every view it has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import altair as alt
from markupsafe import Markup

from product_health.report import drawing
from product_health.report.reader import EVERYONE, Reader, Row
from product_health.semantics.units import HOUR, shown


@dataclass(frozen=True)
class Drawn:
    """A chart, and the table behind it as header and rows of text."""

    svg: Markup
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Words:
    """What a figure is called, what it shows, and the metrics that it shows."""

    key: str
    title: str
    note: str
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure; `views` has `all` and a segment each where it can be split."""

    words: Words
    views: dict[str, Drawn]


def _charted(rows: list[Row], unit: str) -> tuple[list[Row], str]:
    """Give values as a chart shows them, and their unit: long waits are easier to read in hours."""
    if unit != "minutes":
        return rows, unit
    return [{**row, "value": row["value"] / HOUR} for row in rows], "hours"


def over_time(
    reader: Reader,
    marks: Sequence[Row],
    words: Words,
    labels: Sequence[str],
    *,
    from_zero: bool = True,
) -> Figure:
    """Draw the metrics of a figure by day, for every view; all are of one unit.

    The table has the last date of each month.
    """
    metrics = dict(zip(words.metrics, labels, strict=True))
    found = {name: reader.series(name, "day") for name in metrics}
    unit = reader.definitions.catalogue.find(next(iter(metrics))).unit
    views = {}
    for view in next(iter(found.values())):
        rows = [
            {**row, "series": label}
            for name, label in metrics.items()
            for row in found[name].get(view, [])
            if row["value"] is not None
        ]
        if rows:
            number_format = drawing.PERCENT if unit == "share" else None
            drawn, title = _charted(rows, unit)
            chart = drawing.lines(drawn, marks, title, number_format, from_zero=from_zero)
            views[view] = Drawn(
                drawing.svg(chart, f"{words.title}, {view}"),
                ("Last date of the month", *metrics.values()),
                _by_month(rows, tuple(metrics.values()), unit),
            )
    return Figure(words, views or {EVERYONE: Drawn(drawing.nothing("No values yet."), (), ())})


def _by_month(rows: Sequence[Row], labels: Sequence[str], unit: str) -> tuple[tuple[str, ...], ...]:
    """Give the last date of each month with the value of each series on it."""
    by_day: dict[object, dict[str, float]] = {}
    for row in rows:
        by_day.setdefault(row["period"], {})[row["series"]] = row["value"]
    last = {str(day)[:7]: day for day in sorted(by_day, key=str)}
    return tuple(
        (str(day), *(shown(by_day[day].get(label), unit) for label in labels))
        for day in last.values()
    )


def named(words: Words, rows: Sequence[Row], axis: str, number_format: str | None = None) -> Figure:
    """Draw named values as bars; rows have name, value and, for bars beside each other, series.

    `told` is what stands beside a bar, by default its value.
    """
    rows = [{"told": _number(row["value"], number_format), **row} for row in rows]
    return whole(
        words,
        drawing.bars(rows, axis, number_format),
        ("", *(("Group",) if "series" in rows[0] else ()), axis) if rows else (),
        [
            (row["name"], *((row["series"],) if "series" in row else ()), row["told"])
            for row in rows
        ],
    )


def _number(value: float | None, number_format: str | None) -> str:
    return shown(value, "share" if number_format == drawing.PERCENT else "points")


def whole(
    words: Words,
    chart: alt.TopLevelMixin,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> Figure:
    """Give a figure that is not split by segments."""
    texts = tuple(tuple(str(value) for value in row) for row in rows)
    picture = drawing.svg(chart, words.title) if rows else drawing.nothing("No values yet.")
    drawn = Drawn(picture, tuple(header), texts)
    return Figure(words, {EVERYONE: drawn})


Section = Callable[[Reader, Sequence[Row]], list[Figure]]
