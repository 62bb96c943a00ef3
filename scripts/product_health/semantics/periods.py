"""Periods of a calendar."""

from datetime import date, timedelta


def period_end(period: date, grain: str) -> date:
    """Give the last date of a period that begins on a date."""
    if grain == "day":
        return period
    if grain == "week":
        return period + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    place = period.year * 12 + period.month - 1 + months
    return date(place // 12, place % 12 + 1, 1) - timedelta(days=1)
