"""Charts as SVG that follow the page's colours, light or dark."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from product_health.report.reader import Row

# Readable on white and on near-black; told apart also without colour by order, dashes and labels.
COLOURS = ("#2f7de1", "#d9730d", "#2a9d5c", "#8a63d2", "#d64545", "#0e9aa7", "#b07d2b", "#7a7f87")
# Stand for what SVG can only say after it was drawn.
TEXT, HATCH = "#010203", "#fe01fe"
GRID = "#88888840"
# Narrow enough that the text is still read on a phone.
WIDTH, HEIGHT = 440, 210
PERCENT = ".1~%"


@cache
def _theme() -> dict[str, Any]:
    grid = {"gridColor": GRID, "domainColor": GRID, "tickColor": GRID}
    quiet = {"labelColor": TEXT, "titleColor": TEXT, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": "transparent",
        # fonts of the reader may be wider than those that the chart was measured with
        "padding": {"left": 20, "right": 12, "top": 14, "bottom": 6},
        "mark": {"color": COLOURS[0]},
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "range": {"category": list(COLOURS)},
        # a last label that is moved inwards runs into the one before
        "axis": {**quiet, **grid, "labelFlush": False},
        "legend": {
            **quiet,
            "orient": "top",
            "symbolStrokeWidth": 3,
            "labelLimit": 240,
            "columnPadding": 24,
        },
        "text": {"color": TEXT, "fontSize": 12},
    }


def svg(chart: alt.TopLevelMixin, description: str) -> Markup:
    """Draw a chart; `description` is what a screen reader says of it."""
    # the schema of 50 charts takes longer to check than they take to draw
    spec = chart.to_dict(validate=False) | {"description": description, "config": _theme()}
    drawn = vl_convert.vegalite_to_svg(spec)
    drawn = drawn.replace(TEXT, "currentColor").replace(f'fill="{HATCH}"', 'fill="url(#hatch)"')
    return Markup(drawn)  # noqa: S704 - vl-convert escapes the text of data


def data(rows: Sequence[Row]) -> alt.InlineData:
    """Give rows to a chart, dates as text."""
    values = tuple(
        {key: str(value) if hasattr(value, "isoformat") else value for key, value in row.items()}
        for row in rows
    )
    # a list would be checked and copied value by value, which takes longer than drawing it
    with debug_mode(arg=False):
        return alt.InlineData(values=values)


def nothing(text: str) -> Markup:
    """Stand in the place of a chart that has nothing to show."""
    return Markup('<p class="quiet nothing">{}</p>').format(text)


def time_axis() -> alt.X:
    """Give the axis of all charts over time; where it is short, a month alone would come twice."""
    told = "timeFormat(datum.value, date(datum.value) == 1 ? '%b %Y' : '%-d %b')"
    labels = alt.Axis(labelExpr=told, labelOverlap=True, labelSeparation=8)
    return alt.X("period:T", title=None, axis=labels)


def value_axis(title: str, number_format: str | None = None, *, from_zero: bool = True) -> alt.Y:
    """Give an axis of values, from zero unless a small move matters more than its size."""
    return alt.Y(
        "value:Q",
        title=title,
        axis=alt.Axis(format=number_format) if number_format else alt.Axis(),
        scale=alt.Scale(zero=from_zero),
    )


def lines(
    rows: Sequence[Row],
    marks: Sequence[Row],
    title: str,
    number_format: str | None = None,
    *,
    from_zero: bool = True,
) -> alt.TopLevelMixin:
    """Draw series over time, with what happened to the product marked on the axis."""
    series = list(dict.fromkeys(row["series"] for row in rows))
    line = (
        alt.Chart(data(rows), width=WIDTH, height=HEIGHT)
        .mark_line(strokeWidth=2)
        .encode(
            x=time_axis(),
            y=value_axis(title, number_format, from_zero=from_zero),
            color=alt.Color("series:N", sort=series, legend=legend(series)),
            strokeDash=alt.StrokeDash("series:N", sort=series, legend=None),
        )
    )
    return alt.layer(*annotations(rows, marks), line)


def legend(series: Sequence[str]) -> alt.Legend | None:
    """Give a legend where there is more than one series to tell apart."""
    return alt.Legend(title=None) if len(series) > 1 else None


def annotations(rows: Sequence[Row], marks: Sequence[Row]) -> list[alt.Chart]:
    """Mark launches, incidents and price changes within the time of some rows."""
    if not rows:
        return []
    first, last = (edge(str(row["period"]) for row in rows) for edge in (min, max))
    within = [
        {"period": mark["happened_on"], "number": str(number)}
        for number, mark in enumerate(marks, 1)
        if first <= str(mark["happened_on"]) <= last
    ]
    if not within:
        return []
    base = alt.Chart(data(within)).encode(x=time_axis())
    rule = base.mark_rule(strokeDash=[2, 3], color=TEXT, opacity=0.5)
    label = base.mark_text(dy=-6, color=TEXT, fontSize=11).encode(text="number:N", y=alt.value(0))
    return [rule, label]


def bars(rows: Sequence[Row], title: str, number_format: str | None = None) -> alt.TopLevelMixin:
    """Draw named values as horizontal bars in order, each with its `told` beside it.

    `series` puts bars beside each other; `low` and `high` draw a margin.
    """
    names = list(dict.fromkeys(row["name"] for row in rows))
    series = list(dict.fromkeys(row.get("series", "") for row in rows))
    height = max(len(names) * (14 * len(series) + 8), 60)
    rows = [{**row, "edge": max(row.get("high", row["value"]) or 0, 0)} for row in rows]
    chart = alt.Chart(data(rows), width=WIDTH - 140, height=height).encode(
        y=alt.Y("name:N", title=None, sort=names)
    )
    axis = alt.Axis(format=number_format) if number_format else alt.Axis()
    bar = chart.mark_bar().encode(x=alt.X("value:Q", title=title, axis=axis))
    told = chart.mark_text(align="left", dx=4, fontSize=11).encode(x="edge:Q", text="told:N")
    if len(series) > 1:
        beside = alt.YOffset("series:N", sort=series)
        bar = bar.encode(yOffset=beside, color=alt.Color("series:N", title=None, sort=series))
        told = told.encode(yOffset=beside)
    margins = [chart.mark_rule(color=TEXT).encode(x="low:Q", x2="high:Q")]
    return alt.layer(bar, *(margins if any("low" in row for row in rows) else []), told)
