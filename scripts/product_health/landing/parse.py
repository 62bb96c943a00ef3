"""Strict parsing, as SQL: from any relation into the shape of a landed file.

What a value must look like, per contract type (blank text is "no value" but for text and json):

text       as it is; a BLOB must be UTF-8
integer    digits with a sign; 9.0 is 9, 9.6 does not parse
number     decimal or scientific notation, finite
boolean    true/false, t/f, yes/no, y/n, 1/0 in any case
date       2026-01-31, also with a time of midnight
timestamp  2026-01-31 10:00:00.5 with T or a space; with Z, UTC or an offset it is converted to UTC,
           without one it is UTC; years 1900 to 2199; digits below a microsecond are dropped
json       valid JSON

A value that does not look so is NULL, parse_error names its column (the first such), and raw_text
holds the whole input row as JSON. Typed input of the right type passes without a cast.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from product_health.contract import Column, Entity
from product_health.landing import sql

# A source may have this column: the text of a row that could not be split into columns.
ROW_TEXT = "__row_text"
LINE = "__line"  # a JSON lines source may have this one: the line itself
INTERNAL = {ROW_TEXT, LINE}
REST = "__rest"  # the input columns that no rule reads, as one JSON object
ROW_ERROR = "row"
RECEIVED_AT = Column("received_at", "timestamp")
FORMATS = ("epoch", "epoch_ms")

INTEGER = r"\s*[+-]?\d+(\.0+)?\s*"
NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
DECIMAL = r"\s*[+-]?\d+(\.\d+)?\s*"
DAY = r"\d{4}-\d{2}-\d{2}"
MIDNIGHT = r"([T ]00:00(:00(\.0+)?)?)?"
CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
OFFSET = r"(Z| ?UTC|[+-]\d{2}(:?\d{2})?)"
JSON_START = r"(?s)\s*([\[{\"]|-?\d|true|false|null).*"
BLANKS = "' ' || chr(9) || chr(10) || chr(13)"

INTEGER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
NESTED = ("STRUCT", "MAP", "UNION")


@dataclass(frozen=True)
class Rule:
    """Where a column comes from: an input column, a constant, or @row_hash / @row_number.

    format is None, one of FORMATS or a strptime format; it is only for dates and timestamps.
    """

    source: str | None = None
    format: str | None = None
    constant: str | None = None


ROW_HASH = Rule(source="@row_hash")
ROW_NUMBER = Rule(source="@row_number")


def describe(connection: duckdb.DuckDBPyConnection, source_sql: str) -> dict[str, str]:
    """Return the columns of a SELECT and their DuckDB types, in order."""
    rows = connection.execute(f"describe {source_sql}").fetchall()
    return {row[0]: row[1] for row in rows}


def strict_select(  # noqa: PLR0913 - callers name the options
    entity: Entity,
    source_sql: str,
    mapping: Mapping[str, Rule] | None = None,
    *,
    received_at: datetime,
    columns: Mapping[str, str] | None = None,
    row_prefix: str = "",
    rest_to: str | None = None,
    by_name: bool = True,
) -> str:
    """Return a SELECT that yields the file columns of `entity` from the SELECT `source_sql`.

    A contract column without a rule in `mapping` is taken from the input column of its name (not
    where `by_name` is off), or is empty. `columns` are the input's columns with their types (see
    `describe`); without it the input is taken to be text with the contract's own names.
    `received_at` is for rows that bring none; `row_prefix` begins the ids made by @row_number;
    `rest_to` is a json column that takes the input columns which no rule reads.
    """
    types = dict(columns) if columns else {column.name: "VARCHAR" for column in entity.columns}
    rules = effective_rules(entity, types, mapping or {}) if by_name else dict(mapping or {})
    inputs = [name for name in types if name not in INTERNAL]
    if rest_to is not None:
        rest = _rest(rules, types, inputs)
        source_sql = f"select *, {rest} as {sql.identifier(REST)} from ({source_sql})"
        rules[rest_to] = Rule(source=REST)
    wanted = [c for c in (*entity.columns, RECEIVED_AT) if c.name in rules]
    reading = _reading_text(rules)
    values = {c.name: _Value(c, rules[c.name], types, inputs, row_prefix, reading) for c in wanted}
    converted = "".join(f", {v.converted} as {v.alias}" for v in values.values())
    return (
        f"with source as ({source_sql}), converted as (select *{converted} from source) "
        f"select {_outputs(entity, values)}, {_received(values, received_at)}, "
        f"{_judgement(values, types, inputs)} from converted"
    )


def effective_rules(
    entity: Entity, types: Mapping[str, str], mapping: Mapping[str, Rule]
) -> dict[str, Rule]:
    """Return the rules of `mapping`, and for other columns that the input has by name, that."""
    names = {name.lower(): name for name in types}
    by_name = {
        column.name: Rule(source=names[column.name.lower()])
        for column in (*entity.columns, RECEIVED_AT)
        if column.name.lower() in names
    }
    return {**by_name, **mapping}


@dataclass(frozen=True)
class _Value:
    """One landed column on its way: the SQL of its raw value, and of what it becomes."""

    column: Column
    rule: Rule
    types: Mapping[str, str]
    inputs: list[str]
    row_prefix: str
    reading: str

    @property
    def alias(self) -> str:
        return sql.identifier(f"converted {self.column.name}")

    @property
    def raw(self) -> str:
        if self.rule.constant is not None:
            return sql.text(self.rule.constant)
        if self.rule == ROW_HASH:
            return row_hash(self.inputs, self.reading)
        if self.rule == ROW_NUMBER:
            return f"{sql.text(self.row_prefix)} || '-' || row_number() over ()"
        return sql.identifier(str(self.rule.source))

    @property
    def raw_type(self) -> str:
        return self.types.get(str(self.rule.source), "VARCHAR")

    @property
    def converted(self) -> str:
        return convert(self.raw, self.raw_type, self.column.data_type, self.rule.format)

    @property
    def result(self) -> str:
        return bounded(self.alias, self.column.data_type)

    @property
    def can_fail(self) -> bool:
        plain = self.column.data_type == "text" and not self.raw_type.startswith("BLOB")
        return not plain and self.rule.constant is None

    @property
    def is_given(self) -> str:
        if self.raw_type == "VARCHAR" and self.column.data_type != "text":
            return f"trim({self.raw}, {BLANKS}) <> ''"
        return f"{self.raw} is not null"


def _outputs(entity: Entity, values: Mapping[str, _Value]) -> str:
    return ", ".join(
        f"{values[c.name].result if c.name in values else f'cast(null as {c.duckdb_type})'}"
        f" as {sql.identifier(c.name)}"
        for c in entity.columns
    )


def _received(values: Mapping[str, _Value], default: datetime) -> str:
    fallback = sql.timestamp(default)
    if RECEIVED_AT.name not in values:
        return f"{fallback} as received_at"
    return f"coalesce({values[RECEIVED_AT.name].result}, {fallback}) as received_at"


def _judgement(values: Mapping[str, _Value], types: Mapping[str, str], inputs: list[str]) -> str:
    cases = [
        f"when {v.is_given} and {v.result} is null then {sql.text(name)}"
        for name, v in values.items()
        if v.can_fail
    ]
    row_text = f"{sql.identifier(ROW_TEXT)}" if ROW_TEXT in types else "null"
    if ROW_TEXT in types:
        cases.insert(0, f"when {row_text} is not null then '{ROW_ERROR}'")
    if not cases:
        return "cast(null as varchar) as parse_error, cast(null as varchar) as raw_text"
    parse_error = f"case {' '.join(cases)} end"
    as_it_came = f"coalesce({row_text}, {row_json(inputs, types)})"
    return (
        f"{parse_error} as parse_error, "
        f"case when {parse_error} is not null then {as_it_came} end "
        "as raw_text"
    )


def row_json(names: list[str], types: Mapping[str, str]) -> str:
    """Return SQL for the row as a JSON object, as text."""
    pairs = ", ".join(f"{sql.text(name)}, {_json_value(name, types[name])}" for name in names)
    return f"cast(json_object({pairs}) as varchar)"


def _json_value(name: str, value_type: str) -> str:
    """Return SQL for a value in JSON, which has no way to write NaN and infinity but as text."""
    value = sql.identifier(name)
    if value_type not in {"DOUBLE", "FLOAT"}:
        return value
    return (
        f"case when isfinite({value}) or {value} is null then to_json({value}) "
        f"else to_json(cast({value} as varchar)) end"
    )


def _rest(rules: Mapping[str, Rule], types: Mapping[str, str], inputs: list[str]) -> str:
    """Return SQL for a JSON object of what no rule reads; NULL where there is nothing."""
    used = {str(rule.source) for rule in rules.values() if rule.source in types}
    if LINE in types:
        removal = sql.text(json.dumps(dict.fromkeys(sorted(used))))
        rest = f"cast(json_merge_patch({sql.identifier(LINE)}, {removal}) as varchar)"
        return f"nullif({rest}, '{{}}')"
    pairs = "".join(
        f", case when {sql.identifier(name)} is not null "
        f"then {sql.text(json.dumps(name, ensure_ascii=False) + ':')} "
        f"|| cast(to_json({sql.identifier(name)}) as varchar) end"
        for name in inputs
        if name not in used
    )
    return (
        f"'{{' || nullif(concat_ws(','{pairs}), '') || '}}'" if pairs else "cast(null as varchar)"
    )


def _reading_text(rules: Mapping[str, Rule]) -> str:
    """Say how the columns are read: the same row read as something else gets another id."""
    made = (ROW_HASH, ROW_NUMBER)
    return json.dumps(
        {name: vars(rule) for name, rule in sorted(rules.items()) if rule not in made}
    )


def row_hash(names: list[str], reading: str) -> str:
    """Return SQL for the md5 of how the row is read and its filled columns, in order of names."""
    parts = ", ".join(
        f"{sql.text(name)} || chr(30) || cast({sql.identifier(name)} as varchar)"
        for name in sorted(names)
    )
    return f"md5(concat_ws(chr(31), {sql.text(reading)}, {parts}))"


def bounded(value: str, data_type: str) -> str:
    """Return SQL that is NULL for a time outside 1900 to 2199 and a number that is not finite."""
    if data_type == "number":
        return f"case when isfinite({value}) then {value} end"
    if data_type in {"date", "timestamp"}:
        low, high = f"{data_type} '1900-01-01'", f"{data_type} '2200-01-01'"
        return f"case when {value} >= {low} and {value} < {high} then {value} end"
    return value


def convert(value: str, value_type: str, data_type: str, fmt: str | None = None) -> str:
    """Return SQL that turns `value` of DuckDB type `value_type` into the contract's `data_type`.

    NULL where it does not parse; `bounded` completes the judgement.
    """
    if fmt is not None:
        return _from_format(value, value_type, data_type, fmt)
    typed = _from_typed(value, value_type, data_type)
    if typed is not None:
        return typed
    as_text = value if value_type == "VARCHAR" else f"cast({value} as varchar)"
    return FROM_TEXT[data_type](as_text)


def _from_typed(value: str, value_type: str, data_type: str) -> str | None:
    """Return SQL for typed input that needs no parsing, or None where text is the way."""
    if data_type in {"text", "json"}:
        return _text_from_typed(value, value_type)
    if data_type == "integer":
        return _integer_from_typed(value, value_type)
    if data_type == "number" and (value_type in INTEGER_TYPES or value_type == "FLOAT"):
        return f"cast({value} as double)"
    if data_type == "timestamp":
        return _timestamp_from_typed(value, value_type)
    wanted = {"number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
    return value if value_type == wanted.get(data_type) else None


def _text_from_typed(value: str, value_type: str) -> str | None:
    if value_type == "BLOB":
        return f"try(decode({value}))"
    if value_type.startswith(NESTED) or value_type.endswith("]"):
        return f"cast(to_json({value}) as varchar)"
    return None


def _integer_from_typed(value: str, value_type: str) -> str | None:
    if value_type in INTEGER_TYPES:
        return value if value_type == "BIGINT" else f"cast({value} as bigint)"
    if value_type in {"DOUBLE", "FLOAT"}:
        return f"case when {value} = trunc({value}) then try_cast({value} as bigint) end"
    return None


def _timestamp_from_typed(value: str, value_type: str) -> str | None:
    if value_type == "TIMESTAMP":
        return value
    if value_type == "TIMESTAMP WITH TIME ZONE":
        return f"({value} at time zone 'UTC')"
    if value_type == "DATE" or value_type.startswith("TIMESTAMP_"):
        return f"try_cast({value} as timestamp)"
    return None


def _from_format(value: str, value_type: str, data_type: str, fmt: str) -> str:
    if fmt in FORMATS:
        seconds = _epoch_seconds(value, value_type, fmt)
        time = f"make_timestamp(try_cast({seconds} * 1000000 as bigint))"
    else:
        time = f"try_strptime(cast({value} as varchar), {sql.text(fmt)})"
        time = f"({time} at time zone 'UTC')" if "%z" in fmt.lower() else time
    return f"cast({time} as date)" if data_type == "date" else time


def _epoch_seconds(value: str, value_type: str, fmt: str) -> str:
    """Return SQL for seconds as a decimal; bounds keep the product within a BIGINT."""
    is_number = value_type in INTEGER_TYPES or value_type in {"DOUBLE", "FLOAT"}
    shape = "true" if is_number else f"regexp_full_match({value}, {sql.text(DECIMAL)})"
    divisor = 1000 if fmt == "epoch_ms" else 1
    seconds = f"try_cast({value} as decimal(24, 6)) / {divisor}"
    return (
        f"case when {shape} and abs(try_cast({value} as decimal(24, 6))) < {divisor} * 8e9 "
        f"then cast({seconds} as decimal(24, 6)) end"
    )


def _same(value: str) -> str:
    return value


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
    return _matching(value, shape, f"try_cast(left({_trim(value)}, 10) as date)")


def _timestamp(value: str) -> str:
    local = sql.text(rf"\s*{DAY}({CLOCK})?\s*")
    zoned = sql.text(rf"\s*{DAY}{CLOCK}{OFFSET}\s*")
    return (
        f"case when regexp_full_match({value}, {local}) then try_cast({_trim(value)} as timestamp) "
        f"when regexp_full_match({value}, {zoned}) "
        f"then try_cast({_trim(value)} as timestamptz) at time zone 'UTC' end"
    )


def _json(value: str) -> str:
    return _matching(value, JSON_START, f"case when json_valid({value}) then {value} end")


def _matching(value: str, pattern: str, then: str) -> str:
    return f"case when regexp_full_match({value}, {sql.text(pattern)}) then {then} end"


def _trim(value: str) -> str:
    return f"trim({value}, {BLANKS})"


FROM_TEXT = {
    "text": _same,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "json": _json,
}
