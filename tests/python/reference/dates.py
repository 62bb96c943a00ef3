"""Local dates, calendar periods and spines."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)
MONTHS_IN_YEAR = 12


def local_date(moment: datetime, zone: tzinfo) -> date:
    """Give the calendar date of a UTC moment in a time zone."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


def to_utc(day: date, clock: time, zone: tzinfo) -> datetime:
    """Give the UTC moment at which a clock in a time zone shows this date and time."""
    return datetime.combine(day, clock, zone).astimezone(UTC).replace(tzinfo=None)


def end_of(day: date, zone: tzinfo) -> datetime:
    """Give the UTC moment at which a local date is over: the start of the next."""
    return to_utc(day + ONE_DAY, time(0), zone)


def days(first: date, last: date) -> list[date]:
    """List the dates from first to last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def spine(first: date | None, *lasts: date | None) -> list[date]:
    """List the dates from the first of the data to the latest of some; none without data."""
    if first is None:
        return []
    return days(first, max(last for last in lasts if last is not None))


def window_start(day: date, length: int) -> date:
    """Give the first date of the window of `length` days that ends on, and includes, a date."""
    return day - timedelta(days=length - 1)


def in_window(day: date, end: date, length: int) -> bool:
    """Tell whether a date lies in the trailing window of `length` days that ends on `end`."""
    return 0 <= (end - day).days < length


def period_start(day: date, period: str) -> date:
    """Give the first date of the day, ISO week (Monday) or month that a date belongs to."""
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def add_periods(start: date, period: str, count: int) -> date:
    """Give the start of the period `count` periods after the one that starts on `start`."""
    if period == "day":
        return start + timedelta(days=count)
    if period == "week":
        return start + timedelta(weeks=count)
    months = start.year * MONTHS_IN_YEAR + start.month - 1 + count
    return date(months // MONTHS_IN_YEAR, months % MONTHS_IN_YEAR + 1, 1)


def period_end(start: date, period: str) -> date:
    """Give the last date of the period that starts on `start`."""
    return add_periods(start, period, 1) - ONE_DAY


def periods(first: date, last: date, period: str) -> list[date]:
    """List the starts of the periods from that of date `first` to that of date `last`."""
    starts = [period_start(first, period)]
    while add_periods(starts[-1], period, 1) <= last:
        starts.append(add_periods(starts[-1], period, 1))
    return starts


def is_complete(day: date, as_of: date | None) -> bool:
    """Tell whether a date is complete; none is where nothing says until when data is whole."""
    return as_of is not None and day <= as_of
