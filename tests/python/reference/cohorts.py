"""Lifecycle and retention: where people come from, and whether they stay."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from .activity import World
from .company import Row
from .dates import add_periods, is_complete, period_end, period_start, periods
from .numbers import ratio

ActiveDates = Mapping[str, AbstractSet[date]]


def lifecycle(active_dates: ActiveDates, period: str, last: date) -> list[Row]:
    """Count new, retained, resurrected and dormant people by day, week or month.

    The periods run from the first with activity to that of date `last`, without gaps.
    """
    first = min((min(dates) for dates in active_dates.values()), default=None)
    if first is None:
        return []
    rows = []
    for start in periods(first, last, period):
        previous = add_periods(start, period, -1)
        seen = {
            person: {period_start(day, period) for day in dates}
            for person, dates in active_dates.items()
        }
        active = {person for person, starts in seen.items() if start in starts}
        before = {person for person, starts in seen.items() if previous in starts}
        new = {person for person in active if min(seen[person]) == start}
        resurrected = active - before - new
        dormant = before - active
        rows.append(
            {
                "period_type": period,
                "period_start": start,
                "active_people": len(active),
                "new_people": len(new),
                "retained_people": len(active & before),
                "resurrected_people": len(resurrected),
                "dormant_people": len(dormant),
                "quick_ratio": ratio(len(new) + len(resurrected), len(dormant)),
            }
        )
    return rows


def usage_lifecycle(world: World) -> list[Row]:
    """Give the lifecycle by week and by month."""
    if not world.spine:
        return []
    return [
        row
        | {
            "is_complete": is_complete(
                period_end(row["period_start"], period), world.as_of.get("usage")
            )
        }
        for period in ("week", "month")
        for row in lifecycle(world.active_dates, period, world.spine[-1])
    ]


def usage_retention(world: World) -> list[Row]:
    """Give the retention of each cohort of people by their first active day, week and month."""
    if not world.spine:
        return []
    rows = []
    for period in ("day", "week", "month"):
        cohorts: dict[date, ActiveDates] = {}
        for person, dates in world.active_dates.items():
            start = period_start(min(dates), period)
            cohorts[start] = {**cohorts.get(start, {}), person: dates}
        for start, members in cohorts.items():
            rows += _cohort(world, period, start, members)
    return rows


def _cohort(world: World, period: str, cohort: date, members: ActiveDates) -> list[Row]:
    rows = []
    for number in range(int(world.company.vars["retention_max_periods"][period]) + 1):
        start = add_periods(cohort, period, number)
        if start > world.spine[-1]:
            break
        fixed = {
            "period_type": period,
            "cohort_start": cohort,
            "period_number": number,
            "cohort_people": len(members),
            "is_left_censored": cohort == period_start(world.spine[0], period),
        }
        rows.append(fixed | _cell(members, start, period, world.as_of.get("usage")))
    return rows


def _cell(members: ActiveDates, start: date, period: str, as_of: date | None) -> Row:
    end = period_end(start, period)
    if as_of is None or not is_complete(end, as_of):
        unknown = ("retained_people", "retention_rate", "retained_on_or_after_people")
        return dict.fromkeys((*unknown, "on_or_after_rate", "followup_days")) | {
            "is_complete": False
        }
    retained = [one for one in members.values() if any(start <= day <= end for day in one)]
    later = [one for one in members.values() if any(start <= day <= as_of for day in one)]
    return {
        "retained_people": len(retained),
        "retention_rate": ratio(len(retained), len(members)),
        "retained_on_or_after_people": len(later),
        "on_or_after_rate": ratio(len(later), len(members)),
        "followup_days": (as_of - start).days,
        "is_complete": True,
    }
