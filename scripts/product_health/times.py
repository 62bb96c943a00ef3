"""Times, as people type them and as they are stored: in UTC, without an offset."""

from datetime import UTC, datetime

# What is typed lies within these years; outside them arithmetic with dates ends.
YEARS = range(1970, 9999)


def as_utc(value: datetime) -> datetime:
    """Return the same instant as a UTC time without an offset, the way it is stored."""
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


def typed_time(text: str) -> datetime:
    """Return an ISO 8601 time, which is UTC where it has no offset.

    ValueError, with the reason, where it is none or not within YEARS.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = "is no time such as 2026-01-31T10:00:00+01:00"
        raise ValueError(message) from error
    if found.year not in YEARS:
        message = f"is not of the years {YEARS[0]} to {YEARS[-1]}"
        raise ValueError(message)
    return as_utc(found)
