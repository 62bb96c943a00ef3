"""Active people and accounts by date, calendar-month actives, L28.

Choice: a segment is dense over the spine and all values ever seen in activity.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from .activity import SEGMENT_TYPES, Activity, World
from .company import Row
from .dates import (
    in_window,
    is_complete,
    period_end,
    period_start,
    periods,
    window_start,
)
from .numbers import ratio


def usage_daily(world: World) -> list[Row]:
    """Active people and accounts on each date, in 7 and in 28 days."""
    return [{"date_day": day} | _actives(world, world.trailing(day), day) for day in world.spine]


def usage_daily_by_segment(world: World) -> list[Row]:
    """Count the same in the activity whose account had a segment value on its own date."""
    rows = []
    for segment_type in SEGMENT_TYPES:
        for value in sorted({one.segment(segment_type) for one in world.activity}):
            for day in world.spine:
                within = [one for one in world.trailing(day) if one.segment(segment_type) == value]
                rows.append(
                    {"date_day": day, "segment_type": segment_type, "segment_value": value}
                    | _actives(world, within, day)
                )
    return rows


def _actives(world: World, month: Sequence[Activity], day: date) -> Row:
    """Count who is active in the activity of the usual window that ends on a date."""
    days_short = int(world.company.vars["short_window_days"])
    week = [one for one in month if in_window(one.day, day, days_short)]
    today = [one for one in week if one.day == day]
    dau, mau = _people(today), _people(month)
    person_days = len({(one.person, one.day) for one in month})
    return {
        "dau": dau,
        "wau": _people(week),
        "mau": mau,
        "person_days_28d": person_days,
        "dau_mau_ratio": ratio(dau, mau),
        "stickiness": ratio(person_days / world.window, mau),
        "daily_active_accounts": _accounts(today),
        "weekly_active_accounts": _accounts(week),
        "monthly_active_accounts": _accounts(month),
        "has_full_window": world.has_full_window(day),
        "is_complete": is_complete(day, world.as_of.get("usage")),
    }


def _people(activity: Sequence[Activity]) -> int:
    return len({one.person for one in activity})


def _accounts(activity: Sequence[Activity]) -> int:
    return len({one.account for one in activity} - {None})


def usage_monthly(world: World) -> list[Row]:
    """People and accounts active in each calendar month of the spine."""
    if not world.spine:
        return []
    rows = []
    for month in periods(world.spine[0], world.spine[-1], "month"):
        within = [one for one in world.activity if period_start(one.day, "month") == month]
        rows.append(
            {
                "month_start": month,
                "active_people_month": _people(within),
                "active_accounts_month": _accounts(within),
                "is_complete": is_complete(period_end(month, "month"), world.as_of.get("usage")),
            }
        )
    return rows


def people_by_active_periods(
    active_dates: Mapping[str, AbstractSet[date]], period: str, first: date, last: date
) -> dict[int, int]:
    """Count people by the number of days, weeks or months they were active in, of a range."""
    counts: dict[int, int] = {}
    for dates in active_dates.values():
        active = len({period_start(day, period) for day in dates if first <= day <= last})
        if active:
            counts[active] = counts.get(active, 0) + 1
    return counts


def usage_l28(world: World) -> list[Row]:
    """People by number of active days in the trailing window, dense from 1 to 28."""
    rows = []
    for day in world.spine:
        first = window_start(day, world.window)
        counts = people_by_active_periods(world.active_dates, "day", first, day)
        rows += [
            {
                "date_day": day,
                "active_days": active_days,
                "people": counts.get(active_days, 0),
                "has_full_window": world.has_full_window(day),
                "is_complete": is_complete(day, world.as_of.get("usage")),
            }
            for active_days in range(1, world.window + 1)
        ]
    return rows
