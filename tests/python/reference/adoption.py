"""Adoption of features: by date, by plan, breadth and depth, concentration, engagement score.

Choices: whether a use counts is decided by the account in which it was made, even where another
account that the person used that day was entitled. `uses_without_entitlement` are all uses that do
not count, before the launch or without the plan, so that none goes unseen. By plan is dense over
the spine, all plans ever seen in activity, and all features. Concentration counts the uses of
everybody, below min_uses too. Growth is that of the last month that is over on the date and
complete.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from .activity import Activity, World
from .cohorts import lifecycle
from .company import Row
from .dates import is_complete, period_end
from .features import Feature
from .numbers import ratio


def adopters(feature: Feature, within: Sequence[Activity], who: str) -> tuple[set[str], set[str]]:
    """Give who was eligible for a feature, and who used it enough, in the activity of a window.

    `who` is 'person' or 'account'.
    """
    able = [one for one in within if feature.key in one.eligible]
    uses = Counter(getattr(one, who) for one in able if one.feature == feature.key)
    eligible = {getattr(one, who) for one in able} - {None}
    return eligible, {one for one in eligible if uses[one] >= feature.min_uses}


def _rates(feature: Feature, within: Sequence[Activity]) -> Row:
    eligible, adopted = adopters(feature, within, "person")
    eligible_accounts, adopted_accounts = adopters(feature, within, "account")
    return {
        "eligible_people": len(eligible),
        "adopted_people": len(adopted),
        "adoption_rate": ratio(len(adopted), len(eligible)),
        "eligible_accounts": len(eligible_accounts),
        "adopted_accounts": len(adopted_accounts),
        "account_adoption_rate": ratio(len(adopted_accounts), len(eligible_accounts)),
    }


def _flags(world: World, day: date) -> Row:
    return {
        "has_full_window": world.has_full_window(day),
        "is_complete": is_complete(day, world.as_of.get("usage")),
    }


def adoption_feature_daily(world: World) -> list[Row]:
    """Who was eligible for each feature, who used it, and how much."""
    return [
        {"date_day": day, "feature_key": feature.key}
        | _rates(feature, world.trailing(day))
        | _depth(feature, world.trailing(day))
        | _flags(world, day)
        for feature in world.features
        for day in world.spine
    ]


def _depth(feature: Feature, within: Sequence[Activity]) -> Row:
    _, adopted = adopters(feature, within, "person")
    uses = [one for one in within if one.feature == feature.key]
    counted = [one for one in uses if one.person in adopted and feature.key in one.eligible]
    active_days = {(one.person, one.day) for one in within if one.person in adopted}
    return {
        "uses": len(counted),
        "adopter_active_days": len(active_days),
        "depth": ratio(len(counted), len(active_days)),
        "uses_without_entitlement": sum(1 for one in uses if feature.key not in one.eligible),
    }


def adoption_feature_daily_by_plan(world: World) -> list[Row]:
    """Give the same rates, of the activity whose account had a plan on its own date."""
    plans = sorted({one.segments.plan for one in world.activity})
    rows = []
    for feature in world.features:
        for plan in plans:
            for day in world.spine:
                of_plan = [one for one in world.trailing(day) if one.segments.plan == plan]
                rows.append(
                    {"date_day": day, "plan": plan, "feature_key": feature.key}
                    | _rates(feature, of_plan)
                    | _flags(world, day)
                )
    return rows


def adoption_daily(world: World) -> list[Row]:
    """Breadth, overall adoption, concentration and the product engagement score."""
    rows = []
    months = lifecycle(world.active_dates, "month", world.spine[-1]) if world.spine else []
    for day in world.spine:
        within = world.trailing(day)
        row = _breadth(world, within) | _concentration(world, within, day)
        mau = row["mau"]
        person_days = {(one.person, one.day) for one in within}
        row["stickiness"] = ratio(len(person_days) / world.window, mau)
        row["growth"] = growth(world, months, day)
        row["product_engagement_score"] = engagement_score(
            row["overall_adoption"], row["stickiness"], row["growth"]
        )
        rows.append({"date_day": day} | row | _flags(world, day))
    return rows


def _breadth(world: World, within: Sequence[Activity]) -> Row:
    eligible: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for feature in world.features:
        if feature.is_core:
            able, adopted = adopters(feature, within, "person")
            eligible.update(able)
            used.update(adopted)
    mau = len({one.person for one in within})
    shares = [used[person] / count for person, count in eligible.items()]
    return {
        "mau": mau,
        "core_features_used": used.total(),
        "breadth": ratio(used.total(), mau),
        "people_with_core_features": len(shares),
        "overall_adoption": ratio(sum(shares), len(shares)),
    }


def _concentration(world: World, within: Sequence[Activity], day: date) -> Row:
    launched = [feature for feature in world.features if feature.is_launched(day)]
    uses = {
        feature.key: sum(
            1 for one in within if one.feature == feature.key and feature.key in one.eligible
        )
        for feature in launched
    }
    total, running, size = sum(uses.values()), 0, 0
    for key in sorted(uses, key=lambda key: (-uses[key], key)):
        # Four fifths, in whole numbers: no rounding at the edge.
        if 5 * running >= 4 * total:
            break
        running += uses[key]
        size += 1
    return {
        "launched_features": len(launched),
        "concentrated_features": size,
        "concentration": ratio(size, len(launched)) if total else None,
    }


def growth(world: World, months: Sequence[Row], day: date) -> float | None:
    """Give the gains of the last complete month in per cent of gains and dormant; None of none.

    `months` is the lifecycle by month.
    """
    over = [
        row
        for row in months
        if period_end(row["period_start"], "month") <= day
        and is_complete(period_end(row["period_start"], "month"), world.as_of.get("usage"))
    ]
    if not over:
        return None
    gains = over[-1]["new_people"] + over[-1]["resurrected_people"]
    return ratio(100 * gains, gains + over[-1]["dormant_people"])


def engagement_score(
    overall_adoption: float | None, stickiness: float | None, growth_score: float | None
) -> float | None:
    """Give the mean of the three, each 0 to 100; None where one is missing."""
    if overall_adoption is None or stickiness is None or growth_score is None:
        return None
    return (100 * overall_adoption + 100 * stickiness + growth_score) / 3
