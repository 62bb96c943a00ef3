"""Quoting for SQL that is put together here."""

from datetime import UTC, datetime


def identifier(name: str) -> str:
    """Return a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def timestamp(value: datetime | None) -> str:
    """Return a TIMESTAMP literal in UTC; a time without an offset is taken as UTC."""
    if value is None:
        return "cast(null as timestamp)"
    return f"timestamp '{as_utc(value).isoformat(sep=' ')}'"


def as_utc(value: datetime) -> datetime:
    """Return the same instant as a UTC time without an offset, the way it is stored."""
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
