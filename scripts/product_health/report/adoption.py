"""Adoption: which features people are offered, reach for and keep."""

from collections.abc import Sequence

import altair as alt

from product_health.report import drawing
from product_health.report.figures import Figure, Words, named, whole
from product_health.report.reader import Reader, Row
from product_health.semantics.units import shown

NEWEST_DAYS = 28
LAST_DATE = (
    "(select max(date_day) from marts.adoption_feature_daily_v1 "
    "where is_complete and has_full_window)"
)


def adoption(reader: Reader, _marks: Sequence[Row]) -> list[Figure]:
    """Draw features by adoption and depth, launch curves, and what new people reach for first."""
    return [_features(reader), _launches(reader), _first_features(reader)]


def _features(reader: Reader) -> Figure:
    rows = reader.rows(
        "select names.feature_name as name, daily.adoption_rate, daily.depth, daily.date_day, "
        "daily.eligible_people, daily.adopted_people "
        "from marts.adoption_feature_daily_v1 as daily inner join marts.dim_features_v1 as names "
        f"using (feature_key) where daily.date_day = {LAST_DATE} "
        "order by daily.adoption_rate desc nulls last, 1"
    )
    names = [row["name"] for row in rows]
    day = rows[0]["date_day"] if rows else "no date"
    base = alt.Chart(
        drawing.data([{**row, "told": _depth(row)} for row in rows]),
        width=drawing.WIDTH - 140,
        height=24 * len(rows) or 24,
    ).encode(
        y=alt.Y("name:N", title=None, sort=names),
        x=alt.X("adoption_rate:Q", title="adoption rate", axis=alt.Axis(format=drawing.PERCENT)),
    )
    text = base.mark_text(align="left", dx=4, fontSize=11).encode(text="told:N")
    chart = alt.layer(base.mark_bar(), text)
    return whole(
        Words(
            "features",
            "Features by adoption and depth",
            "How many of those who are offered it use it; beside the bar how often, in uses "
            f"on a day on which they are active. 28 days up to {day}.",
            ("adoption_rate", "depth"),
        ),
        chart,
        ("Feature", "Adoption rate", "People", "of", "Depth"),
        [
            (
                row["name"],
                shown(row["adoption_rate"], "share"),
                f"{row['adopted_people']:,}",
                f"{row['eligible_people']:,}",
                _depth(row),
            )
            for row in rows
        ],
    )


def _depth(row: Row) -> str:
    return "none" if row["depth"] is None else f"{row['depth']:.2f} a day"


def _launches(reader: Reader) -> Figure:
    rows = reader.rows(
        "select features.feature_name as series, daily.adoption_rate as value, "
        "daily.date_day - features.launched_on as days "
        "from marts.adoption_feature_daily_v1 as daily "
        "inner join marts.dim_features_v1 as features using (feature_key) "
        "where daily.is_complete and daily.date_day >= features.launched_on "
        "and daily.adoption_rate is not null order by 1, 3"
    )
    chart = (
        alt.Chart(drawing.data(rows), width=drawing.WIDTH, height=drawing.HEIGHT)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("days:Q", title="days since the launch"),
            y=drawing.value_axis("adoption rate", drawing.PERCENT),
            color=alt.Color("series:N", legend=alt.Legend(title=None)),
            strokeDash=alt.StrokeDash("series:N", legend=None),
        )
    )
    last = {row["series"]: row for row in rows}
    after = {(row["series"], row["days"]): row["value"] for row in rows}
    steps = (28, 56, 84)
    return whole(
        Words(
            "launches",
            "Launches",
            "Adoption of each launched feature by days since its launch.",
            ("adoption_rate",),
        ),
        chart,
        ("Feature", *(f"after {days} days" for days in steps), "now"),
        [
            (
                name,
                *(
                    shown(after[name, days], "share") if (name, days) in after else "not yet"
                    for days in steps
                ),
                shown(row["value"], "share"),
            )
            for name, row in last.items()
        ],
    )


def _first_features(reader: Reader) -> Figure:
    """Hold the newest cohorts against the earlier ones; shares pool cohorts."""
    rows = reader.rows(
        f"""
        with cohorts as (
            select
                feature_key, new_people, first_feature_people,
                cohort_date > max(cohort_date) over () - interval {NEWEST_DAYS} days as is_newest
            from marts.adoption_first_features_v1
            where is_complete
        )
        select
            names.feature_name as name, cohorts.is_newest, sum(cohorts.new_people) as people,
            cast(sum(cohorts.first_feature_people) as double) / nullif(sum(cohorts.new_people), 0)
                as value
        from cohorts
        inner join marts.dim_features_v1 as names using (feature_key)
        group by names.feature_name, cohorts.is_newest
        """
    )
    labels = {True: f"newest {NEWEST_DAYS} days", False: "before"}
    newest = {row["name"]: row["value"] or 0 for row in rows if row["is_newest"]}
    ordered = sorted(
        (row for row in rows if row["value"] is not None),
        key=lambda row: (-newest.get(row["name"], 0), row["name"], not row["is_newest"]),
    )
    people = max((row["people"] for row in rows if row["is_newest"]), default=0)
    return named(
        Words(
            "first",
            "What new people reach for first",
            f"Share of new people whose first use of a feature it was: {people:,} people of the "
            f"newest {NEWEST_DAYS} days of cohorts whose first week is over, against those before.",
            (),
        ),
        [
            {"name": row["name"], "value": row["value"], "series": labels[row["is_newest"]]}
            for row in ordered
        ],
        "share of new people",
        drawing.PERCENT,
    )
