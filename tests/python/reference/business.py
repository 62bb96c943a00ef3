"""Business minutes: how much of a stretch of time fell into opening hours."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .company import Company, seed_date
from .dates import ONE_DAY, days, local_date, to_utc

Opening = tuple[int, time, time, ZoneInfo]


class BusinessHours:
    """The business calendar of the seeds: opening hours by weekday, and holidays."""

    def __init__(self, company: Company) -> None:
        """Take the seeds business_hours and business_holidays."""
        self._openings: list[Opening] = [
            (
                int(row["iso_weekday"]),
                _clock(row["opens_at"]),
                _clock(row["closes_at"]),
                ZoneInfo(row["timezone"]),
            )
            for row in company.seed("business_hours")
        ]
        self._holidays = {
            seed_date(row["holiday_date"]) for row in company.seed("business_holidays")
        }

    def minutes(self, start: datetime, end: datetime) -> float:
        """Give the minutes between two UTC moments that fall into opening hours."""
        total = timedelta(0)
        for weekday, opens, closes, zone in self._openings:
            first = local_date(start, zone) - ONE_DAY
            for day in self._open_days(days(first, local_date(end, zone) + ONE_DAY), weekday):
                opened = max(start, to_utc(day, opens, zone))
                closed = min(end, to_utc(day, closes, zone))
                total += max(closed - opened, timedelta(0))
        return total.total_seconds() / 60

    def _open_days(self, candidates: Iterable[date], weekday: int) -> list[date]:
        return [
            day for day in candidates if day.isoweekday() == weekday and day not in self._holidays
        ]


def _clock(value: time | str) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)
