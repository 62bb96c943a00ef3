"""Usage: who is active, how often, who stays."""

from collections.abc import Sequence
from datetime import timedelta

import altair as alt

from product_health.report import drawing
from product_health.report.figures import Figure, Words, over_time, whole
from product_health.report.reader import Reader, Row

WEEKS = 26
COHORTS = 12


def usage(reader: Reader, marks: Sequence[Row]) -> list[Figure]:
    """Draw active people, stickiness, L28, lifecycle and retention."""
    return [
        over_time(
            reader,
            marks,
            Words(
                "active",
                "Active people",
                "People with a qualifying event: on the date, and in 7 and 28 days up to it.",
                ("dau", "wau", "mau"),
            ),
            ("daily", "weekly", "monthly"),
        ),
        over_time(
            reader,
            marks,
            Words(
                "stickiness",
                "Stickiness",
                "Share of days on which an active person comes.",
                ("stickiness",),
            ),
            ("stickiness",),
            from_zero=False,
        ),
        _active_days(reader),
        _lifecycle(reader, marks),
        _retention(reader),
    ]


def _active_days(reader: Reader) -> Figure:
    rows = reader.rows(
        "select date_day, active_days, people from marts.usage_l28_v1 where date_day = "
        "(select max(date_day) from marts.usage_l28_v1 where is_complete and has_full_window) "
        "order by active_days"
    )
    chart = (
        alt.Chart(drawing.data(rows), width=drawing.WIDTH, height=drawing.HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X(
                "active_days:O",
                title="days active in 28",
                axis=alt.Axis(labelAngle=0, values=[1, 7, 14, 21, 28]),
            ),
            y=alt.Y("people:Q", title="people"),
        )
    )
    on = rows[0]["date_day"] if rows else "no date"
    return whole(
        Words(
            "l28",
            "How many days people come (L28)",
            f"People by the number of days on which they were active in the 28 days up to {on}.",
            ("mau", "stickiness"),
        ),
        chart,
        ("Days", "People"),
        [(row["active_days"], f"{row['people']:,}") for row in rows],
    )


KINDS = ("retained", "resurrected", "new", "dormant")


def _lifecycle(reader: Reader, marks: Sequence[Row]) -> Figure:
    columns = ", ".join(f"{kind}_people as {kind}" for kind in KINDS)
    weeks = reader.rows(
        f"select period_start, {columns}, quick_ratio from marts.usage_lifecycle_v1 "
        f"where period_type = 'week' and is_complete order by period_start desc limit {WEEKS}"
    )[::-1]
    rows = [
        {
            "period": week["period_start"],
            "series": kind,
            "value": -week[kind] if kind == "dormant" else week[kind],
        }
        for week in weeks
        for kind in KINDS
    ]
    stacked = (
        alt.Chart(drawing.data(rows), width=drawing.WIDTH, height=drawing.HEIGHT)
        .mark_bar(width=11)
        .encode(
            x=drawing.time_axis(),
            y=alt.Y("value:Q", title="people"),
            color=alt.Color("series:N", title=None, sort=list(KINDS)),
        )
    )
    chart = alt.layer(stacked, *drawing.annotations(rows, marks))
    return whole(
        Words(
            "lifecycle",
            "Who comes, stays, returns and goes",
            f"The last {WEEKS} complete weeks; those who went are below the line. Quick ratio: "
            "new and resurrected people over dormant ones.",
            ("new_people_week", "dormant_people_week", "quick_ratio_week"),
        ),
        chart,
        ("Week", *KINDS, "quick ratio"),
        [
            (
                week["period_start"],
                *(f"{week[kind]:,}" for kind in KINDS),
                "none" if week["quick_ratio"] is None else f"{week['quick_ratio']:.2f}",
            )
            for week in weeks[::-1]
        ],
    )


def _retention(reader: Reader) -> Figure:
    cells = reader.rows(
        "select cohort_start, period_number, cohort_people, retention_rate, is_complete "
        "from marts.usage_retention_v1 where period_type = 'week' and not is_left_censored "
        "and cohort_start > (select max(cohort_start) from marts.usage_retention_v1 "
        f"where period_type = 'week') - interval {COHORTS * 7} days "
        f"and period_number between 0 and {COHORTS - 1} order by 1, 2"
    )
    # a cohort's later weeks are still to come: they are shown as such
    cohorts = {cell["cohort_start"]: cell["cohort_people"] for cell in cells}
    known = {(cell["cohort_start"], cell["period_number"]): cell for cell in cells}
    rows = [
        {
            "cohort": str(cohort),
            "week": week,
            "value": cell["retention_rate"] if cell and cell["is_complete"] else None,
            "is_open": not (cell and cell["is_complete"]),
        }
        for cohort in cohorts
        for week in range(COHORTS)
        for cell in [known.get((cohort, week))]
        if cell or cohort + timedelta(weeks=week) > max(cohorts)
    ]
    return whole(
        Words(
            "retention",
            "Who comes back",
            "Share of each week's new people who were active N calendar weeks later. Hatched: "
            "the week is not over for them.",
            ("retention_week_4", "retention_day_7"),
        ),
        _triangle(rows),
        ("Cohort", "People", *(f"week {week}" for week in range(COHORTS))),
        [
            (
                cohort,
                people,
                *(_cell(known.get((cohort, week))) for week in range(COHORTS)),
            )
            for cohort, people in cohorts.items()
        ],
    )


def _triangle(rows: Sequence[Row]) -> alt.TopLevelMixin:
    base = alt.Chart(drawing.data(rows), width=drawing.WIDTH - 60, height=22 * COHORTS).encode(
        x=alt.X("week:O", title="weeks after the first", axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("cohort:O", title=None),
    )
    closed = (
        base.transform_filter("!datum.is_open")
        .mark_rect()
        .encode(
            color=alt.Color("value:Q", legend=None, scale=alt.Scale(scheme="blues", domain=[0, 1]))
        )
    )
    text = (
        base.transform_filter("!datum.is_open")
        .mark_text(fontSize=10)
        .encode(
            text=alt.Text("value:Q", format=".0%"),
            # the blue below it is dark enough for white from here on
            color=alt.condition("datum.value > 0.7", alt.value("#ffffff"), alt.value("#12202f")),
        )
    )
    still_open = base.transform_filter("datum.is_open").mark_rect(fill=drawing.HATCH, opacity=0.5)
    return alt.layer(closed, text, still_open)


def _cell(cell: Row | None) -> str:
    if cell is None or not cell["is_complete"]:
        return "not over"
    return f"{cell['retention_rate']:.0%}"
