"""From what the user said to a rule for each column, against the columns that are there."""

from collections.abc import Mapping

import duckdb

from product_health.contract import RECEIVED_AT, Column, Entity
from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.advice import available, lacks, made_ids, near
from product_health.landing.convert import FORMATS, bounded, convert
from product_health.landing.parse import (
    INTERNAL,
    ROW_HASH,
    ROW_NUMBER,
    Rule,
    effective_rules,
)
from product_health.landing.request import Reading
from product_health.landing.sample import Sample

GENERATED = {"@row_hash": ROW_HASH, "@row_number": ROW_NUMBER}


def resolve(
    entity: Entity, reading: Reading, sample: Sample, *, by_name: bool = True
) -> dict[str, Rule]:
    """Return a rule for each column that gets a value.

    `sample` is of the input. With `by_name` off, an input column called received_at does not count,
    as `--received-at` was given. UserError for a column that the contract or the input has not, or
    a required one that nothing supplies.
    """
    label, types = sample.label, sample.types
    allowed = {column.name: column for column in entity.given_columns}
    for name in (*reading.map, *reading.set):
        _check_contract_column(entity, name, allowed)
    for name in reading.map.keys() & reading.set.keys():
        message = f"{name} is both mapped and set: leave one out"
        raise UserError(message)
    rules = {name: _rule(allowed[name], spec, label, types) for name, spec in reading.map.items()}
    rules |= {name: _constant(allowed[name], value) for name, value in reading.set.items()}
    complete = effective_rules(entity, types, rules)
    if not by_name and RECEIVED_AT.name not in rules:
        complete.pop(RECEIVED_AT.name, None)
    _check_rest(entity, reading, complete)
    complete |= dict.fromkeys(made_ids(entity, complete, sample), ROW_HASH)
    _check_required(entity, complete, reading, sample)
    return complete


def _check_required(
    entity: Entity, rules: Mapping[str, Rule], reading: Reading, sample: Sample
) -> None:
    for column in entity.columns:
        if column.required and column.name not in rules and column.name != reading.rest_to:
            raise UserError(lacks(entity, column, rules, sample))


def check_timezone(reading: Reading) -> None:
    """Raise UserError for a time zone that nobody knows."""
    if reading.timezone is None:
        return
    with duckdb.connect() as connection:
        rows = connection.execute("select name from pg_timezone_names() order by name").fetchall()
    known = [row[0] for row in rows]
    if reading.timezone not in known:
        hint = near(reading.timezone, known) or "; give one such as Europe/Berlin"
        message = f"--timezone {reading.timezone}: there is no such time zone{hint}"
        raise UserError(message)


def unmapped(types: Mapping[str, str], rules: Mapping[str, Rule]) -> list[str]:
    """Return the input columns that no rule reads."""
    used = {rule.source for rule in rules.values()}
    return [name for name in types if name not in used and name not in INTERNAL]


def _rule(column: Column, spec: str, label: str, types: Mapping[str, str]) -> Rule:
    if spec in GENERATED:
        if column.data_type != "text":
            message = f"{column.name}={spec}: an id can be made for a text column only"
            raise UserError(message)
        return GENERATED[spec]
    whole = _find(spec, types)
    if whole is not None:
        return Rule(source=whole)
    name, colon, fmt = spec.partition(":")
    source, path = _find_with_path(name, types)
    if source is None:
        raise UserError(_no_such_column(column.name, name, label, types))
    if colon:
        _check_format(column, fmt)
    return Rule(source=source, format=fmt if colon else None, path=path)


def _find_with_path(name: str, types: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """Return the input column of a name such as properties.plan, and the path within it.

    Of properties.user.plan the longest that is a column counts.
    """
    steps = name.split(".")
    for at in range(len(steps), 0, -1):
        source = _find(".".join(steps[:at]), types)
        if source is not None:
            return source, tuple(steps[at:])
    return None, ()


def _find(name: str, types: Mapping[str, str]) -> str | None:
    """Return the input column of this name; letter case counts only between equal names."""
    if name in types:
        return name
    same = [column for column in types if column.lower() == name.lower()]
    return same[0] if len(same) == 1 else None


def _check_format(column: Column, fmt: str) -> None:
    if column.data_type not in {"date", "timestamp"}:
        message = f"{column.name}: is a {column.data_type}, which takes no format such as {fmt!r}"
        raise UserError(message)
    if fmt not in FORMATS and "%" not in fmt:
        known = ", ".join(FORMATS)
        message = f"{column.name}: unknown format {fmt!r}; use {known} or one such as %d/%m/%Y"
        raise UserError(message)
    if fmt not in FORMATS:
        _check_strptime(column, fmt)


def _check_strptime(column: Column, fmt: str) -> None:
    try:
        with duckdb.connect() as connection:
            connection.execute(f"select try_strptime('', {sql.text(fmt)})").fetchall()
    except duckdb.Error as error:
        message = f"{column.name}: the format {fmt!r} is not understood: {error}"
        raise UserError(message) from error


def _constant(column: Column, value: str) -> Rule:
    parsed = convert(sql.text(value), "VARCHAR", column.data_type)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {bounded('parsed', column.data_type)} from (select {parsed} as parsed)"
        ).fetchall()
    if rows[0][0] is None:
        message = f"--set {column.name}={value}: {value!r} is not a {column.data_type}"
        raise UserError(message)
    return Rule(constant=value)


def _check_contract_column(entity: Entity, name: str, allowed: Mapping[str, Column]) -> None:
    if name not in allowed:
        message = f"{entity.name} has no column {name!r}{near(name, allowed)}"
        raise UserError(message)


def _check_rest(entity: Entity, reading: Reading, rules: Mapping[str, Rule]) -> None:
    name = reading.rest_to
    if name is None:
        return
    columns = [column.name for column in entity.columns if column.data_type == "json"]
    if name not in columns:
        fitting = f"; it has {', '.join(columns)}" if columns else ""
        message = f"--rest-to {name}: {entity.name} has no such json column{fitting}"
        raise UserError(message)
    if name in rules:
        message = f"--rest-to {name}: {name} gets its value from the input already"
        raise UserError(message)


def _no_such_column(target: str, name: str, label: str, types: Mapping[str, str]) -> str:
    return f"{label}: has no column {name!r} for {target}{near(name, types)}; {available(types)}"
