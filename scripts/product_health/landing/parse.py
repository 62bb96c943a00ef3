"""Strict parsing, as SQL: from any relation into the shape of a landed file.

A value that does not parse (see convert.py) is NULL, and raw_text holds the whole input row as
JSON. Where the column is needed (see Entity.is_needed) parse_error names it, the first such; else
set_aside does. bare_dates names the times that are a date without a time of day. A time from 9000
on is none in a column where emptiness has a meaning.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from product_health.contract import (
    BARE_DATES,
    PARSE_ERROR,
    RAW_TEXT,
    RECEIVED_AT,
    SET_ASIDE,
    Column,
    Entity,
)
from product_health.landing import sql
from product_health.landing.convert import (
    CLOCK_DIRECTIVES,
    EPOCHS,
    NO_END,
    TIMES,
    as_text,
    bounded,
    convert,
    trimmed,
)

# A source may have this column: the text of a row that could not be split into columns.
ROW_TEXT = "__row_text"
LINE = "__line"  # a JSON lines source may have this one: the line itself
INTERNAL = {ROW_TEXT, LINE}
REST = "__rest"  # the input columns that no rule reads, as one JSON object
ROW_ERROR = "row"
BARE_LENGTH = len("2026-01-31")  # what parses as a time and is no longer has no time of day


@dataclass(frozen=True)
class Rule:
    """Where a column comes from: an input column, a constant, or @row_hash / @row_number.

    format is None, one of EPOCHS or a strptime format; it is only for dates and timestamps. path
    leads to a value within the JSON, or the structure, that an input column holds.
    """

    source: str | None = None
    format: str | None = None
    constant: str | None = None
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """What it reads, as a user writes it."""
        return ".".join((self.source, *self.path)) if self.source else None


ROW_HASH = Rule(source="@row_hash")
ROW_NUMBER = Rule(source="@row_number")
ROW_NUMBER_DIGITS = 10  # so that such ids sort as numbers do


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
    timezone: str | None = None,
) -> str:
    """Return a SELECT that yields the row columns of `entity` from the SELECT `source_sql`.

    A contract column without a rule in `mapping` is taken from the input column of its name (not
    where `by_name` is off), or is empty. `columns` are the input's columns with their types (see
    `describe`); without it the input is taken to be text with the contract's own names.
    `received_at` is for rows that bring none; `row_prefix` begins the ids made by @row_number;
    `rest_to` is a json column that takes the input columns which no rule reads; `timezone` is that
    of times without an offset, by default UTC.
    """
    types = dict(columns) if columns else {column.name: "VARCHAR" for column in entity.columns}
    rules = effective_rules(entity, types, mapping or {}) if by_name else dict(mapping or {})
    inputs = [name for name in types if name not in INTERNAL]
    if rest_to is not None:
        rest = _rest(rules, types, inputs)
        source_sql = f"select *, {rest} as {sql.identifier(REST)} from ({source_sql})"
        rules[rest_to] = Rule(source=REST)
    context = _Context(types, inputs, row_prefix, _reading_text(rules), timezone)
    values = [_Value(c, rules[c.name], context) for c in entity.given_columns if c.name in rules]
    converted = "".join(f", {value.converted} as {value.alias}" for value in values)
    results = {value.column.name: value.result for value in values}
    received = [results[RECEIVED_AT.name]] if RECEIVED_AT.name in results else []
    results[RECEIVED_AT.name] = f"coalesce({', '.join([*received, sql.timestamp(received_at)])})"
    return (
        f"with source as ({source_sql}), converted as (select *{converted} from source) "
        f"select {row_sql(entity, results | _judgement(entity, values, context))} from converted"
    )


def row_sql(entity: Entity, values: Mapping[str, str]) -> str:
    """Return the SELECT list of an entity's row columns; what `values` does not give is empty."""
    return ", ".join(
        f"{values.get(column.name, f'cast(null as {column.duckdb_type})')} "
        f"as {sql.identifier(column.name)}"
        for column in entity.row_columns
    )


def effective_rules(
    entity: Entity, types: Mapping[str, str], mapping: Mapping[str, Rule]
) -> dict[str, Rule]:
    """Return the rules of `mapping`, and for other columns that the input has by name, that."""
    names = {name.lower(): name for name in types}
    by_name = {
        column.name: Rule(source=names[column.name.lower()])
        for column in entity.given_columns
        if column.name.lower() in names
    }
    return {**by_name, **mapping}


@dataclass(frozen=True)
class _Context:
    """What the values of a row have in common: the input's columns, and how it is read."""

    types: Mapping[str, str]
    inputs: list[str]
    row_prefix: str
    reading: str
    timezone: str | None


@dataclass(frozen=True)
class _Value:
    """One landed column on its way: the SQL of its raw value, and of what it becomes."""

    column: Column
    rule: Rule
    context: _Context

    @property
    def alias(self) -> str:
        return sql.identifier(f"converted {self.column.name}")

    @property
    def raw(self) -> str:
        if self.rule.constant is not None:
            return sql.text(self.rule.constant)
        if self.rule == ROW_HASH:
            return row_hash(self.context.inputs, self.context.reading)
        if self.rule == ROW_NUMBER:
            number = f"lpad(cast(row_number() over () as varchar), {ROW_NUMBER_DIGITS}, '0')"
            return f"{sql.text(self.context.row_prefix)} || '-' || {number}"
        return within(self._input, self._input_type, self.rule.path)

    @property
    def raw_type(self) -> str:
        return "VARCHAR" if self.rule.path else self._input_type

    @property
    def _input(self) -> str:
        return sql.identifier(str(self.rule.source))

    @property
    def _input_type(self) -> str:
        return self.context.types.get(str(self.rule.source), "VARCHAR")

    @property
    def converted(self) -> str:
        return convert(
            self.raw,
            self.raw_type,
            self.column.data_type,
            self.rule.format,
            self.context.timezone,
        )

    @property
    def result(self) -> str:
        return bounded(self.alias, self.column.data_type)

    @property
    def fault(self) -> str | None:
        """The SQL of whether a value is given and does not parse; None where that cannot be."""
        faults = [fault for fault in (self._fault_around, self._fault_within) if fault]
        return " or ".join(f"({fault})" for fault in faults) or None

    @property
    def _fault_around(self) -> str | None:
        """The SQL of whether a text in which the value should be is no JSON."""
        if not self.rule.path or self._input_type != "VARCHAR":
            return None
        return f"{trimmed(self._input)} <> '' and not json_valid({self._input})"

    @property
    def _fault_within(self) -> str | None:
        is_plain = self.column.data_type == "text" and not self.raw_type.startswith("BLOB")
        if is_plain or self.rule.constant is not None:
            return None
        fault = f"{self._is_given} and {self.result} is null"
        if self.column.empty_means is None or self.column.data_type not in TIMES:
            return fault
        return f"{fault} and not coalesce({self.alias} >= {NO_END}, false)"

    @property
    def _is_given(self) -> str:
        if self.raw_type == "VARCHAR" and self.column.data_type != "text":
            return f"{trimmed(self.raw)} <> ''"
        return f"{self.raw} is not null"

    @property
    def bareness(self) -> str | None:
        """The SQL of whether a time is a date without a time of day; None where none can be."""
        if self.column.data_type != "timestamp" or self.rule.format in EPOCHS:
            return None
        if self.rule.format is not None:
            is_bare = not CLOCK_DIRECTIVES.search(self.rule.format)
            return f"{self.result} is not null" if is_bare else None
        if self.raw_type == "DATE":
            return f"{self.result} is not null"
        if self.raw_type.startswith("TIMESTAMP"):
            return None
        text = trimmed(as_text(self.raw, self.raw_type))
        return f"{self.result} is not null and length({text}) = {BARE_LENGTH}"


def within(value: str, value_type: str, path: tuple[str, ...]) -> str:
    """Return SQL for the text at a path within JSON or a structure; NULL where nothing is there."""
    if not path:
        return value
    steps = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in path)
    if value_type != "VARCHAR":
        return f"json_extract_string(to_json({value}), {sql.text(steps)})"
    return f"case when json_valid({value}) then json_extract_string({value}, {sql.text(steps)}) end"


def _judgement(entity: Entity, values: list[_Value], context: _Context) -> dict[str, str]:
    """Return the SQL of the columns that say how a row was read."""
    faults = {value.column: value.fault for value in values if value.fault is not None}
    needed = {column.name: fault for column, fault in faults.items() if entity.is_needed(column)}
    aside = {column.name: fault for column, fault in faults.items() if column.name not in needed}
    bare = {value.column.name: value.bareness for value in values if value.bareness is not None}
    judgement = {BARE_DATES.name: _names_where(bare), SET_ASIDE.name: _names_where(aside)}
    if ROW_TEXT in context.types:
        needed = {ROW_ERROR: f"{sql.identifier(ROW_TEXT)} is not null", **needed}
    if not needed and not aside:
        return judgement
    cases = " ".join(f"when {fault} then {sql.text(name)}" for name, fault in needed.items())
    any_fault = " or ".join(f"({fault})" for fault in {**needed, **aside}.values())
    row_text = [sql.identifier(ROW_TEXT)] if ROW_TEXT in context.types else []
    as_it_came = ", ".join([*row_text, row_json(context.inputs, context.types)])
    return judgement | {
        PARSE_ERROR.name: f"case {cases} end" if cases else "cast(null as varchar)",
        RAW_TEXT.name: f"case when {any_fault} then coalesce({as_it_came}) end",
    }


def _names_where(conditions: Mapping[str, str]) -> str:
    """Return SQL for the names whose condition holds, separated by commas; NULL for none."""
    names = [f"case when {holds} then {sql.text(name)} end" for name, holds in conditions.items()]
    return f"nullif(concat_ws(',', {', '.join(names)}), '')" if names else "cast(null as varchar)"


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
    used = {str(rule.source) for rule in rules.values() if rule.source in types and not rule.path}
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
    read = {name: vars(rule) for name, rule in sorted(rules.items()) if rule not in made}
    # a rule without a path is written as it was before there were any, for ids that stay the same
    return json.dumps(
        {
            name: {key: value for key, value in rule.items() if value or key != "path"}
            for name, rule in read.items()
        }
    )


def row_hash(names: list[str], reading: str) -> str:
    """Return SQL for the md5 of how the row is read and its filled columns, in order of names."""
    parts = ", ".join(
        f"{sql.text(name)} || chr(30) || cast({sql.identifier(name)} as varchar)"
        for name in sorted(names)
    )
    return f"md5(concat_ws(chr(31), {sql.text(reading)}, {parts}))"
