"""Voice of the customer, and support."""

from collections.abc import Sequence

import altair as alt
from markupsafe import Markup

from product_health.report import drawing
from product_health.report.figures import Drawn, Figure, Words, named, over_time
from product_health.report.reader import EVERYONE, FILTERS, Reader, Row, view_name

TOO_FEW = "Too few answers on every date."
TOO_SHORT = "No values yet: no date has all 90 days behind it."


def voice(reader: Reader, marks: Sequence[Row]) -> list[Figure]:
    """Draw NPS with its band, NPS by plan, and the response rate."""
    return [_nps(reader, marks), _by_plan(reader), _response_rate(reader)]


def _nps(reader: Reader, marks: Sequence[Row]) -> Figure:
    """Draw NPS and its 95 % band for every view; small samples are left out."""
    columns = "date_day as period, nps, margin_of_error, responses, is_small_sample"
    total = reader.rows(
        f"select {columns} from marts.nps_daily_v1 "
        "where is_complete and has_full_window and nps is not null order by 1"
    )
    segments = reader.rows(
        f"select segment_type, segment_value, {columns} from marts.nps_daily_by_segment_v1 "
        "where is_complete and has_full_window and nps is not null order by 1, 2, 3"
    )
    views: dict[str, list[Row]] = {EVERYONE: total}
    for row in segments:
        if row["segment_type"] in FILTERS:
            views.setdefault(view_name({row["segment_type"]: row["segment_value"]}), []).append(row)
    return Figure(
        Words(
            "nps",
            "Net Promoter Score",
            "Over the last answer of each person in 90 days, with its 95 % band. Dates with fewer "
            "answers than the small-sample bound are not drawn.",
            ("nps", "nps_margin_of_error", "nps_responses"),
        ),
        {view: _drawn_nps(view, rows, marks) for view, rows in views.items()},
    )


def _drawn_nps(view: str, rows: Sequence[Row], marks: Sequence[Row]) -> Drawn:
    kept = [
        {
            "period": row["period"],
            "value": row["nps"],
            **_interval(row),
        }
        for row in rows
        if not row["is_small_sample"]
    ]
    last = {str(row["period"])[:7]: row for row in rows}
    return Drawn(
        _band(view, kept, marks) if kept else drawing.nothing(TOO_FEW if rows else TOO_SHORT),
        ("Last date of the month", "NPS", "± margin", "Answers"),
        tuple(
            (
                str(row["period"]),
                f"{row['nps']:.1f}",
                "none" if row["margin_of_error"] is None else f"{row['margin_of_error']:.1f}",
                f"{row['responses']:,}" + (", a small sample" if row["is_small_sample"] else ""),
            )
            for row in last.values()
        ),
    )


def _band(view: str, kept: Sequence[Row], marks: Sequence[Row]) -> Markup:
    base = alt.Chart(drawing.data(kept), width=drawing.WIDTH, height=drawing.HEIGHT)
    band = base.mark_area(opacity=0.2).encode(
        x=drawing.time_axis(), y=alt.Y("low:Q", title="points"), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2).encode(
        x=drawing.time_axis(), y=drawing.value_axis("points", from_zero=False)
    )
    layers = alt.layer(*drawing.annotations(kept, marks), band, line)
    return drawing.svg(layers, f"Net Promoter Score, {view}")


def _by_plan(reader: Reader) -> Figure:
    rows = reader.rows(
        "select segment_value as name, nps, margin_of_error, responses, is_small_sample "
        "from marts.nps_daily_by_segment_v1 where segment_type = 'plan' and nps is not null "
        "and date_day = (select max(date_day) from marts.nps_daily_v1 "
        "where is_complete and has_full_window) order by is_small_sample, nps desc, 1"
    )
    return named(
        Words(
            "nps_by_plan",
            "NPS by plan",
            f"On the last complete date, with 95 % margins{_left_out(rows)}.",
            ("nps", "nps_margin_of_error"),
        ),
        [_with_margin(row) for row in rows if not row["is_small_sample"]],
        "points",
    )


def _with_margin(row: Row) -> Row:
    return {
        "name": f"{row['name']} ({row['responses']:,} answers)",
        "value": row["nps"],
        "told": f"{row['nps']:.0f} ± {row['margin_of_error'] or 0:.0f}",
        **_interval(row),
    }


def _interval(row: Row) -> Row:
    """Give the 95 % interval of a score, within what a score can be."""
    margin = row["margin_of_error"] or 0
    return {"low": max(row["nps"] - margin, -100), "high": min(row["nps"] + margin, 100)}


def _left_out(rows: Sequence[Row]) -> str:
    small = [str(row["name"]) for row in rows if row["is_small_sample"]]
    return f"; left out, with too few answers: {', '.join(small)}" if small else ""


def _response_rate(reader: Reader) -> Figure:
    rows = reader.series("nps_response_rate", "month")[EVERYONE]
    return named(
        Words(
            "response_rate",
            "Response rate of NPS",
            "People who answered within 30 days of their invitation, by month of the invitation.",
            ("nps_response_rate",),
        ),
        [
            {"name": str(row["period"])[:7], "value": row["value"]}
            for row in rows
            if row["value"] is not None
        ],
        "share of people invited",
        drawing.PERCENT,
    )


def support(reader: Reader, marks: Sequence[Row]) -> list[Figure]:
    """Draw backlog, waiting times, and contact rate by feature."""
    return [
        over_time(
            reader,
            marks,
            Words("backlog", "Backlog", "Tickets open at the end of the date.", ("backlog",)),
            ("open tickets",),
        ),
        over_time(
            reader,
            marks,
            Words(
                "first_reply",
                "First reply",
                "Time to the first reply by staff, over tickets created in 28 days; those that "
                "still wait are counted as waiting.",
                ("median_first_reply", "p90_first_reply"),
            ),
            ("half of tickets", "nine in ten"),
        ),
        _contact_rate(reader),
    ]


def _contact_rate(reader: Reader) -> Figure:
    rows = reader.rows(
        "select names.feature_name as name, daily.contact_rate as value "
        "from marts.support_feature_daily_v1 as daily inner join marts.dim_features_v1 as names "
        "using (feature_key) where daily.contact_rate is not null and daily.date_day = "
        "(select max(date_day) from marts.support_feature_daily_v1 where is_complete) "
        "order by 2 desc, 1"
    )
    return named(
        Words(
            "contact_rate",
            "Contact rate by feature",
            "Tickets created in 28 days for each 100 people who adopted the feature.",
            ("feature_contact_rate",),
        ),
        rows,
        "tickets per 100 people",
    )
