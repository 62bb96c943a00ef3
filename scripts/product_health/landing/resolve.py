"""From what the user said to a rule for each column, against the columns that are there."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import duckdb

from product_health.contract import RECEIVED_AT, Column, Entity
from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.convert import FORMATS, bounded, convert
from product_health.landing.parse import (
    INTERNAL,
    ROW_HASH,
    ROW_NUMBER,
    Rule,
    effective_rules,
)
from product_health.landing.request import Reading

GENERATED = {"@row_hash": ROW_HASH, "@row_number": ROW_NUMBER}


def resolve(
    entity: Entity, reading: Reading, label: str, types: Mapping[str, str], *, by_name: bool = True
) -> dict[str, Rule]:
    """Return a rule for each column that gets a value.

    `label` names the input in messages, `types` are its columns. With `by_name` off, an input
    column called received_at does not count, as `--received-at` was given. UserError for a column
    that the contract or the input has not, or a required one that nothing supplies.
    """
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
    complete |= dict.fromkeys(made_ids(entity, complete, types), ROW_HASH)
    _check_required(entity, complete, reading, label, types)
    return complete


def meant_for(entity: Entity, types: Mapping[str, str], entities: Iterable[Entity]) -> str:
    """Say which entity an input looks made for, where it lacks what this one requires."""
    required = {one.name: {c.name for c in one.columns if c.required} for one in entities}
    names = [name for name, columns in required.items() if columns <= types.keys()]
    if not names or entity.name in names:
        return ""
    best = max(names, key=lambda name: len(required[name]))
    return f". It has all columns that {best} requires: is it one of those?"


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
    source = _find(name, types)
    if source is None:
        raise UserError(_no_such_column(column.name, name, label, types))
    if colon:
        _check_format(column, fmt)
    return Rule(source=source, format=fmt if colon else None)


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
        message = f"{entity.name} has no column {name!r}{_near(name, allowed)}"
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


def _check_required(
    entity: Entity,
    rules: Mapping[str, Rule],
    reading: Reading,
    label: str,
    types: Mapping[str, str],
) -> None:
    for column in entity.columns:
        if not column.required or column.name in rules or column.name == reading.rest_to:
            continue
        near = get_close_matches(column.name, types, n=1, cutoff=0.5)
        source = near[0] if near else "<input column>"
        message = (
            f"{label}: has no column for {column.name}, which {entity.name} requires; "
            f"{_available(types)}. Use --map {column.name}={source}, or --set {column.name}=<value>"
        )
        raise UserError(message + _id_offer(entity, column))


def made_ids(entity: Entity, rules: Mapping[str, Rule], types: Mapping[str, str]) -> list[str]:
    """Return the id column that is made from each row, if the input has none that could be it."""
    return [
        column.name
        for column in entity.columns
        if _only_numbers_rows(entity, column)
        and column.name not in rules
        and not any(_may_be_id(name, column.name) for name in types)
    ]


def _may_be_id(name: str, wanted: str) -> bool:
    return name.lower() == "id" or bool(get_close_matches(wanted, [name.lower()], cutoff=0.5))


def _only_numbers_rows(entity: Entity, column: Column) -> bool:
    if entity.version is not None or set(entity.key) - {column.name, entity.event_time}:
        return False
    return column.name in entity.key and column.name != entity.event_time


def _id_offer(entity: Entity, column: Column) -> str:
    """Offer a made id where the column does nothing but number the rows."""
    if not _only_numbers_rows(entity, column):
        return ""
    return (
        f"; or have ids made: --map {column.name}=@row_hash (rows that repeat exactly become "
        f"duplicates) or --map {column.name}=@row_number (every row counts)"
    )


def _no_such_column(target: str, name: str, label: str, types: Mapping[str, str]) -> str:
    return f"{label}: has no column {name!r} for {target}{_near(name, types)}; {_available(types)}"


def _near(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), n=2, cutoff=0.5)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def _available(types: Mapping[str, str]) -> str:
    names = [name for name in types if name not in INTERNAL]
    hint = ""
    if len(names) == 1 and any(char in names[0] for char in ",;\t| "):
        hint = " (is the delimiter right? see --delimiter)"
    return f"its columns are {', '.join(names)}{hint}"
