"""Single values, as SQL: what a value of any DuckDB type becomes in a type of the contract.

What a value must look like, per contract type; a blank text is no value:

text       without the blanks around it; 101.0 of a column of floats is 101; a BLOB must be UTF-8
integer    digits with a sign; 9.0 is 9, 9.6 does not parse
number     decimal or scientific notation, finite
boolean    true/false, t/f, yes/no, y/n, 1/0 in any case
date       2026-01-31, also with a time of midnight
timestamp  2026-01-31 10:00:00.5 with T or a space; with Z, UTC or an offset it is converted to UTC,
           without one it is of the source's time zone, UTC by default; years 1900 to 2199; digits
           below a microsecond are dropped; a date without a time stays so
json       valid JSON
"""

import re

from product_health.landing import sql

# What one unit of a number since 1970 is, of a second.
EPOCHS = {"epoch": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}
FORMATS = tuple(EPOCHS)
# What tells the time of a day in a strptime format.
CLOCK_DIRECTIVES = re.compile("%-?[HIMSfgnpcXTRrs]")
NO_END = "timestamp '9000-01-01'"

INTEGER = r"\s*[+-]?\d+(\.0+)?\s*"
NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
DECIMAL = r"\s*[+-]?\d+(\.\d+)?\s*"
DAY = r"\d{4}-\d{2}-\d{2}"
MIDNIGHT = r"([T ]00:00(:00(\.0+)?)?)?"
CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
OFFSET = r"(Z| ?UTC|[+-]\d{2}(:?\d{2})?)"
JSON_START = r"(?s)\s*([\[{\"]|-?\d|true|false|null).*"
BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"

INTEGER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
NESTED = ("STRUCT", "MAP", "UNION")
TIMES = {"date", "timestamp"}
WHOLE_FLOAT = "9e15"  # below it a double holds every whole number
LAST_EPOCH = "2.6e11"  # seconds: beyond the year 9999, and below any milliseconds of today


def bounded(value: str, data_type: str) -> str:
    """Return SQL that is NULL for a time outside 1900 to 2199 and a number that is not finite."""
    if data_type == "number":
        return f"case when isfinite({value}) then {value} end"
    if data_type in TIMES:
        low, high = f"{data_type} '1900-01-01'", f"{data_type} '2200-01-01'"
        return f"case when {value} >= {low} and {value} < {high} then {value} end"
    return value


def convert(
    value: str,
    value_type: str,
    data_type: str,
    fmt: str | None = None,
    timezone: str | None = None,
) -> str:
    """Return SQL that turns `value` of DuckDB type `value_type` into the contract's `data_type`.

    NULL where it does not parse; `bounded` completes the judgement.
    """
    if fmt is not None:
        return _from_format(value, value_type, data_type, fmt, timezone)
    if data_type == "timestamp":
        return _timestamp(value, value_type, timezone)
    typed = _from_typed(value, value_type, data_type)
    return typed if typed is not None else FROM_TEXT[data_type](as_text(value, value_type))


def as_text(value: str, value_type: str) -> str:
    """Return SQL for a value of a DuckDB type as text."""
    return value if value_type == "VARCHAR" else f"cast({value} as varchar)"


def _from_typed(value: str, value_type: str, data_type: str) -> str | None:
    """Return SQL for typed input that needs no parsing, or None where text is the way."""
    if data_type in {"text", "json"}:
        return _text_from_typed(value, value_type, data_type)
    if data_type == "integer":
        return _integer_from_typed(value, value_type)
    if data_type == "number" and (value_type in INTEGER_TYPES or value_type == "FLOAT"):
        return f"cast({value} as double)"
    wanted = {"number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
    return value if value_type == wanted.get(data_type) else None


def _text_from_typed(value: str, value_type: str, data_type: str) -> str | None:
    if value_type == "BLOB":
        decoded = f"try(decode({value}))"
        return _text(decoded) if data_type == "text" else decoded
    if value_type.startswith(NESTED) or value_type.endswith("]"):
        return f"cast(to_json({value}) as varchar)"
    if value_type in {"DOUBLE", "FLOAT"}:
        whole = f"{value} = trunc({value}) and abs({value}) < {WHOLE_FLOAT}"
        return (
            f"case when {whole} then cast(cast({value} as bigint) as varchar) "
            f"when not isnan({value}) then cast({value} as varchar) end"
        )
    if value_type.startswith("DECIMAL"):
        return f"regexp_replace(cast({value} as varchar), '\\.0+$', '')"
    return None


def _integer_from_typed(value: str, value_type: str) -> str | None:
    if value_type in INTEGER_TYPES:
        return value if value_type == "BIGINT" else f"cast({value} as bigint)"
    if value_type in {"DOUBLE", "FLOAT"}:
        return f"case when {value} = trunc({value}) then try_cast({value} as bigint) end"
    return None


def _timestamp(value: str, value_type: str, timezone: str | None) -> str:
    if value_type == "TIMESTAMP":
        return _in_utc(value, timezone)
    if value_type == "TIMESTAMP WITH TIME ZONE":
        return f"({value} at time zone 'UTC')"
    if value_type == "DATE":
        return f"try_cast({value} as timestamp)"
    if value_type.startswith("TIMESTAMP_"):
        return _in_utc(f"try_cast({value} as timestamp)", timezone)
    return _timestamp_from_text(as_text(value, value_type), timezone)


def _in_utc(local_time: str, timezone: str | None) -> str:
    """Return SQL for the instant in UTC of a time without an offset."""
    if timezone is None:
        return local_time
    return f"(({local_time} at time zone {sql.text(timezone)}) at time zone 'UTC')"


def _timestamp_from_text(value: str, timezone: str | None) -> str:
    bare = sql.text(rf"\s*{DAY}\s*")
    local = sql.text(rf"\s*{DAY}{CLOCK}\s*")
    zoned = sql.text(rf"\s*{DAY}{CLOCK}{OFFSET}\s*")
    time = f"try_cast({trimmed(value)} as timestamp)"
    return (
        f"case when regexp_full_match({value}, {local}) then {_in_utc(time, timezone)} "
        f"when regexp_full_match({value}, {bare}) then {time} "
        f"when regexp_full_match({value}, {zoned}) "
        f"then try_cast({trimmed(value)} as timestamptz) at time zone 'UTC' end"
    )


def _from_format(
    value: str, value_type: str, data_type: str, fmt: str, timezone: str | None
) -> str:
    if fmt in EPOCHS:
        seconds = _epoch_seconds(value, value_type, EPOCHS[fmt])
        time = f"make_timestamp(try_cast({seconds} * 1000000 as bigint))"
    else:
        time = f"try_strptime(cast({value} as varchar), {sql.text(fmt)})"
        if "%z" in fmt.lower():
            time = f"({time} at time zone 'UTC')"
        elif data_type == "timestamp" and CLOCK_DIRECTIVES.search(fmt):
            time = _in_utc(time, timezone)
    return f"cast({time} as date)" if data_type == "date" else time


def _epoch_seconds(value: str, value_type: str, per_second: int) -> str:
    """Return SQL for seconds as a decimal; bounds keep the product within a BIGINT."""
    is_number = value_type in INTEGER_TYPES or value_type in {"DOUBLE", "FLOAT"}
    shape = "true" if is_number else f"regexp_full_match({value}, {sql.text(DECIMAL)})"
    seconds = f"try_cast({value} as decimal(28, 6)) / {per_second}"
    return (
        f"case when {shape} and abs(try_cast({value} as decimal(28, 6))) "
        f"< {per_second} * {LAST_EPOCH} then cast({seconds} as decimal(24, 6)) end"
    )


def _text(value: str) -> str:
    return f"nullif({trimmed(value)}, '')"


def _integer(value: str) -> str:
    return _matching(value, INTEGER, f"try_cast({value} as bigint)")


def _number(value: str) -> str:
    return _matching(value, NUMBER, f"try_cast({value} as double)")


def _boolean(value: str) -> str:
    return (
        f"case when lower(trim({value}, {BLANKS})) in ('true', 't', 'yes', 'y', '1') then true "
        f"when lower(trim({value}, {BLANKS})) in ('false', 'f', 'no', 'n', '0') then false end"
    )


def _date(value: str) -> str:
    shape = rf"\s*{DAY}{MIDNIGHT}\s*"
    return _matching(value, shape, f"try_cast(left({trimmed(value)}, 10) as date)")


def _json(value: str) -> str:
    return _matching(value, JSON_START, f"case when json_valid({value}) then {value} end")


def _matching(value: str, pattern: str, then: str) -> str:
    return f"case when regexp_full_match({value}, {sql.text(pattern)}) then {then} end"


def trimmed(value: str) -> str:
    """Return SQL for a text without the blanks around it."""
    return f"trim({value}, {BLANKS})"


FROM_TEXT = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "json": _json,
}
