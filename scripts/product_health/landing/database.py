"""Rows of a query on a database, by its SQLAlchemy URL."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

from product_health.errors import UserError
from product_health.landing.records import Record
from product_health.landing.sources import Part, Progress, first_line, spooled_part
from product_health.landing.spool import Columns, Spool

CHUNK_ROWS = 10_000
URL = re.compile(r"[A-Za-z][\w+.-]*://")
# What follows one of these in a URL are settings of the driver, passwords among them.
MARKS = re.compile("[?;#&]")
HTTP = re.compile(r"(https?|s3|gs|ftp)://", re.IGNORECASE)


def is_url(source: str) -> bool:
    """Tell a database URL from a file name; UserError for the address of a file elsewhere."""
    if HTTP.match(source):
        message = "--from: land reads local files and databases; download the file first"
        raise UserError(message)
    return URL.match(source) is not None


def safe_name(url: str, query: str) -> str:
    """Return how a query is named in register and messages: no password, no settings."""
    from sqlalchemy.engine import make_url

    shown = MARKS.split(make_url(url).set(query={}).render_as_string(hide_password=True))[0]
    return f"{shown}: {' '.join(query.split())}"


def read_query(url: str, query: str | None, scratch: Path, progress: Progress) -> tuple[Part, str]:
    """Stream a query's rows into a part, and return it with the SHA-256 of its rows.

    `progress` is told the rows read so far. UserError where the database says no; neither the
    message nor the part's label holds the password.
    """
    if not query:
        message = "--from a database needs --query 'select ...'"
        raise UserError(message)
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        engine = create_engine(url)
        label = safe_name(url, query)
    except (ArgumentError, ImportError, SQLAlchemyError, ValueError) as error:
        message = f"--from: this database cannot be used: {without_secrets(error, url)}"
        raise UserError(message) from None
    spool = Spool(scratch / "rows.jsonl", Columns())
    try:
        with engine.connect() as connection:
            options = {"stream_results": True, "yield_per": CHUNK_ROWS}
            result = connection.execution_options(**options).execute(text(query))
            for name in result.keys():  # noqa: SIM118 - a result is not a dict
                spool.columns.add(name)
            for count in spool.write(_records(result)):
                if count % CHUNK_ROWS == 0:
                    progress(count)
    except Exception as error:  # drivers raise what they like; none may show a trace or a secret
        if isinstance(error, UserError | MemoryError):
            raise
        message = f"{label}: the query failed: {without_secrets(error, url)}"
        raise UserError(message) from None
    finally:
        engine.dispose()
    return spooled_part(spool, label), _digest(spool)


def _records(rows: Any) -> Iterator[Record]:
    for row in rows:
        try:
            yield [database_text(value) for value in row], ""
        except UnicodeDecodeError:
            yield None, json.dumps([_shown(value) for value in row])


def database_text(value: Any) -> str | None:  # noqa: PLR0911 - one a type
    """Return a database value as text, exactly; UnicodeDecodeError for bytes that are no text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _shown(value: Any) -> str | None:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode(errors="backslashreplace")
    return database_text(value)


def _digest(spool: Spool) -> str:
    with spool.path.open("rb") as file:
        rows = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(json.dumps([spool.columns.names, rows]).encode()).hexdigest()


def without_secrets(error: Exception, url: str) -> str:
    """Return the first line of a driver's message with every piece of the URL's secrets masked."""
    message = first_line(error)
    secrets = {one for text in (url, unquote(url), unquote_plus(url)) for one in _secrets(text)}
    for secret in sorted(secrets, key=len, reverse=True):
        message = message.replace(secret, "***")
    return message


def _secrets(url: str) -> Iterator[str]:
    """Yield a URL, its password, its settings, and the parts at which a driver may cut them."""
    _, _, rest = url.partition("://")
    password = rest.rpartition("@")[0].partition(":")[2]
    settings = [one.partition("=")[2] or one for one in MARKS.split(rest)[1:]]
    parts = [part for one in (password, *settings) for part in re.split("[/@?;#&=]", one)]
    # a part of a letter or two would mask half the message
    yield from filter(None, (url, password, *settings, *(one for one in parts if len(one) > 3)))
