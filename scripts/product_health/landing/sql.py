"""Quoting for SQL that is put together here."""

import re
from datetime import datetime
from pathlib import Path

from product_health.times import as_utc

MAGIC = re.compile(r"([*?\[])")


def identifier(name: str) -> str:
    """Return a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def unpatterned(value: Path) -> str:
    """Return a path in which DuckDB sees no pattern."""
    return MAGIC.sub(r"[\1]", str(value))


def path(value: Path) -> str:
    """Return a literal of a path to read."""
    return text(unpatterned(value))


def timestamp(value: datetime | None) -> str:
    """Return a TIMESTAMP literal in UTC; a time without an offset is taken as UTC."""
    if value is None:
        return "cast(null as timestamp)"
    return f"timestamp '{as_utc(value).isoformat(sep=' ')}'"
