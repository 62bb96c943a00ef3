"""How long people take to adopt a feature, whether they stay with it, and what they try first.

Choices: 'use' means a counted use, one is enough (min_uses belongs to windows); only what new
people reach for first is any use, entitled or not. Time to adopt has a row per feature even where
nobody is at risk, and its curve one for every duration that somebody had, censored ones included.
Feature retention has rows only where somebody was new to the feature, first features for each date
with new people and every feature of the seed.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from .activity import Activity, World
from .company import Row
from .dates import add_periods, is_complete, period_end, period_start
from .features import Feature
from .numbers import Step, kaplan_meier, quantile, ratio

FIRST_WEEK = timedelta(days=6)


def _use_dates(uses: Iterable[Activity]) -> dict[str, set[date]]:
    """Give the dates on which each person used a feature."""
    dates: dict[str, set[date]] = {}
    for use in uses:
        dates.setdefault(use.person, set()).add(use.day)
    return dates


def _uses(world: World, feature: Feature) -> list[Activity]:
    """Give all uses of a feature, those that do not count included."""
    return [one for one in world.activity if one.feature == feature.key]


def _times(world: World, feature: Feature) -> list[tuple[float, bool]]:
    """Give, for each person at risk, days from the first eligible date to first use or as_of."""
    as_of = world.as_of.get("usage")
    if as_of is None:
        return []
    used = _use_dates(world.counted_uses(feature))
    able = [one for one in world.activity if feature.key in one.eligible]
    observations: list[tuple[float, bool]] = []
    for person in {one.person for one in able}:
        start = min(one.day for one in able if one.person == person)
        first_use = min(used.get(person, {date.max}))
        if start <= as_of:
            observations.append(((min(first_use, as_of) - start).days, first_use <= as_of))
    return observations


def adoption_time_to_adopt(world: World) -> list[Row]:
    """Give people at risk, adopters and the Kaplan-Meier median of days, by feature."""
    rows = []
    for feature in world.features:
        times = _times(world, feature)
        rows.append(
            {
                "feature_key": feature.key,
                "people": len(times),
                "adopters": sum(1 for _, is_adopter in times if is_adopter),
                "median_days": quantile(kaplan_meier(times), 0.5),
            }
        )
    return rows


def adoption_time_to_adopt_curve(world: World) -> list[Row]:
    """Give the Kaplan-Meier curve of each feature."""
    return [
        _curve_row(feature.key, step)
        for feature in world.features
        for step in kaplan_meier(_times(world, feature))
    ]


def _curve_row(feature_key: str, step: Step) -> Row:
    return {
        "feature_key": feature_key,
        "days": step.duration,
        "people_at_risk": step.at_risk,
        "adopters": step.events,
        "share_not_adopted": step.survival,
    }


def adoption_feature_retention(world: World) -> list[Row]:
    """Give the share of those new to a feature in a week or month who used it in the next."""
    rows = []
    for period in ("week", "month"):
        for feature in world.features:
            used = [
                {period_start(day, period) for day in dates}
                for dates in _use_dates(world.counted_uses(feature)).values()
            ]
            for start in sorted({min(starts) for starts in used}):
                following = add_periods(start, period, 1)
                newcomers = [starts for starts in used if min(starts) == start]
                retained = sum(1 for starts in newcomers if following in starts)
                is_whole = is_complete(period_end(following, period), world.as_of.get("usage"))
                rows.append(
                    {
                        "period_type": period,
                        "period_start": start,
                        "feature_key": feature.key,
                        "first_use_people": len(newcomers),
                        "retained_people": retained if is_whole else None,
                        "retention_rate": ratio(retained, len(newcomers)) if is_whole else None,
                        "is_complete": is_whole,
                    }
                )
    return rows


def adoption_first_features(world: World) -> list[Row]:
    """Give which features the people of a first active date reached for first."""
    first_dates = {person: min(dates) for person, dates in world.active_dates.items()}
    uses = {feature.key: _use_dates(_uses(world, feature)) for feature in world.features}
    first_feature = _first_feature(world)
    rows = []
    for day in sorted(set(first_dates.values())):
        people = [person for person, first in first_dates.items() if first == day]
        week = {day + timedelta(days=offset) for offset in range(FIRST_WEEK.days + 1)}
        for key, dates in uses.items():
            rows.append(
                {
                    "cohort_date": day,
                    "feature_key": key,
                    "new_people": len(people),
                    "first_feature_people": sum(first_feature.get(one) == key for one in people),
                    "first_day_people": sum(day in dates.get(one, ()) for one in people),
                    "first_week_people": sum(bool(week & dates.get(one, set())) for one in people),
                    "is_complete": is_complete(day + FIRST_WEEK, world.as_of.get("usage")),
                }
            )
    return rows


def _first_feature(world: World) -> dict[str, str]:
    """Give the feature of each person's earliest use; of two at once the smaller key."""
    uses = [
        (use.occurred_at, feature.key, use.person)
        for feature in world.features
        for use in _uses(world, feature)
    ]
    first: dict[str, str] = {}
    for _, key, person in sorted(uses):
        first.setdefault(person, key)
    return first
