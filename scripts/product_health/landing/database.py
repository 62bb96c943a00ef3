"""Rows of a query on a database, by its SQLAlchemy URL."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

from product_health.errors import UserError
from product_health.landing.records import Record
from product_health.landing.sources import Part, Progress, first_line, spooled_part
from product_health.landing.spool import Columns, FileRead, Spool

CHUNK_ROWS = 10_000
EXACT_FLOATS = 2**53
OWN_SCHEMAS = {"information_schema", "pg_catalog", "sys"}
DUCKDB_TYPES = {
    bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", Decimal: "DOUBLE",
    datetime: "TIMESTAMP", date: "DATE",
}  # fmt: skip
URL = re.compile(r"[A-Za-z][\w+.-]*://")
# What follows one of these in a URL are settings of the driver, passwords among them.
MARKS = re.compile("[?;#&]")
DUCKDB_URL = re.compile(r"duckdb:///([^?]+)(\?.*)?")
HTTP = re.compile(r"(https?|s3a?|gs|gcs|az|abfss?|ftp|sftp)://", re.IGNORECASE)


def is_url(source: str) -> bool:
    """Tell a database URL from a file name; UserError for the address of a file elsewhere."""
    if HTTP.match(source):
        message = "--from: land reads local files and databases; download the file first"
        raise UserError(message)
    return URL.match(source) is not None


def local_file(source: str) -> str:
    """Return the path of a DuckDB file in place of its URL; anything else as it is."""
    found = DUCKDB_URL.fullmatch(source)
    return found[1] if found else source


def safe_name(url: str, query: str) -> str:
    """Return how a query is named in register and messages: no password, no settings."""
    return f"{shown_url(url)}: {' '.join(query.split())}"


def shown_url(url: str) -> str:
    """Return how a database is named in register and messages: no password, no settings."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url).set(query={})
    except (ArgumentError, ValueError):
        # where the password of what is no URL ends, nobody can tell
        return f"{url.partition('://')[0]}://***"
    return MARKS.split(address.render_as_string(hide_password=True))[0]


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    from sqlalchemy.engine import URL as Address  # noqa: N811 - URL is a pattern here

    return Address.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def read_query(url: str, query: str | None, scratch: Path, progress: Progress) -> tuple[Part, str]:
    """Stream a query's rows into a part, and return it with the SHA-256 of its rows.

    `progress` is told the rows read so far. UserError where the database says no; neither the
    message nor the part's label holds the password.
    """
    if not query:
        message = "--from a database needs --query 'select ...'"
        raise UserError(message)
    from sqlalchemy import text

    with _opened(url) as engine:
        label = safe_name(url, query)
        with _told(f"{label}: the query failed", url):
            spool = _spooled(engine, text(query), label, scratch, progress)
    return spooled_part(spool), _digest(spool)


def tables(url: str) -> tuple[list[tuple[str, str]], str]:
    """Return the tables and views of a database with their schema, and its default schema."""
    from sqlalchemy import inspect

    with _opened(url) as engine, _told(f"{shown_url(url)}: cannot be read", url):
        there = inspect(engine)
        main = there.default_schema_name or ""
        schemas = [name for name in there.get_schema_names() if name not in OWN_SCHEMAS]
        found = [
            (schema, table)
            for schema in schemas
            for table in sorted(there.get_table_names(schema) + there.get_view_names(schema))
        ]
    return found, main


def read_table(
    url: str, schema: str, table: str, scratch: Path, progress: Progress
) -> tuple[Spool, dict[str, str]]:
    """Stream a table's rows, as text, and return them with the DuckDB type of each column.

    Columns of SQLite, which holds any value anywhere, are text.
    """
    from sqlalchemy import inspect, literal_column, select
    from sqlalchemy import table as named

    label = f"{shown_url(url)}: {table}"
    with _opened(url) as engine, _told(f"{label} cannot be read", url):
        every: Any = select(literal_column("*")).select_from(named(table, schema=schema or None))
        spool = _spooled(engine, every, label, scratch, progress)
        columns = inspect(engine).get_columns(table, schema or None)
    is_typed = engine.dialect.name != "sqlite"
    known = {column["name"]: _duckdb_type(column["type"]) for column in columns if is_typed}
    return spool, {name: known.get(name, "VARCHAR") for name in spool.columns.names}


def _duckdb_type(column_type: Any) -> str:
    """Return the DuckDB type of a column by what SQLAlchemy says of it; VARCHAR if in doubt."""
    if getattr(column_type, "timezone", False):
        return "TIMESTAMP WITH TIME ZONE"
    try:
        return DUCKDB_TYPES.get(column_type.python_type, "VARCHAR")
    except NotImplementedError:
        return "VARCHAR"


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    """Yield an engine; UserError where the URL is none or its driver is not there."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        engine = create_engine(url)
    except (ArgumentError, ImportError, SQLAlchemyError, ValueError) as error:
        message = f"--from: this database cannot be used: {without_secrets(error, url)}"
        raise UserError(message) from None
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _told(what: str, url: str) -> Iterator[None]:
    """Raise UserError, without secrets, for whatever a driver raises."""
    try:
        yield
    except Exception as error:  # drivers raise what they like; none may show a trace or a secret
        if isinstance(error, UserError | MemoryError):
            raise
        message = f"{what}: {without_secrets(error, url)}"
        raise UserError(message) from None


def _spooled(engine: Any, statement: Any, label: str, scratch: Path, progress: Progress) -> Spool:
    """Stream the rows of a statement; `progress` is told how many so far."""
    spool = Spool(scratch / "rows.jsonl", Columns())
    with engine.connect() as connection:
        options = {"stream_results": True, "yield_per": CHUNK_ROWS}
        result = connection.execution_options(**options).execute(statement)
        for name in result.keys():  # noqa: SIM118 - a result is not a dict
            spool.columns.add(name)
        for count in spool.write(_records(result), FileRead(label)):
            if count % CHUNK_ROWS == 0:
                progress(count)
    return spool


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
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_FLOATS:
        # an id is a float where a column has gaps
        return f"{value:.0f}"
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
