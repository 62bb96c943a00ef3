"""What a user could type where an input lacks a column that is required."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from product_health.contract import Column, Entity
from product_health.landing import sql
from product_health.landing.convert import TIMES
from product_health.landing.parse import INTERNAL, Rule
from product_health.landing.query_names import Name, relation_name
from product_health.landing.sample import Array, Sample

LIKE_ID = re.compile(r"(.*_)?(id|uuid|guid|key|number|no)", re.IGNORECASE)
NESTED = re.compile(r"STRUCT|MAP|UNION|JSON|.*\]")
# A column of which fewer values differ than this share of the rows is no id, whatever its name.
LEAST_DIFFERENT = 0.5
MOST_COLUMNS = 30  # that a message names


def lacks(entity: Entity, column: Column, rules: Mapping[str, Rule], sample: Sample) -> str:
    """Say that a required column is lacking, and what could be typed."""
    if sample.array:
        return _is_object(sample, sample.array)
    said = (
        f"{sample.label}: has no column for {column.name}, which {entity.name} requires; "
        f"{available(sample.types)}. "
    )
    if numbers_rows(entity, column):
        return said + _id_advice(column, _possible_ids(column, rules, sample), sample)
    source = _likeliest(column, rules, sample) or "<input column>"
    return said + f"Use --map {column.name}={source}, or --set {column.name}=<value>"


def meant_for(entity: Entity, types: Mapping[str, str], entities: Iterable[Entity]) -> str:
    """Say which entity an input looks made for, where it lacks what this one requires."""
    required = {one.name: {c.name for c in one.columns if c.required} for one in entities}
    names = [name for name, columns in required.items() if columns <= types.keys()]
    if not names or entity.name in names:
        return ""
    best = max(names, key=lambda name: len(required[name]))
    return f". It has all columns that {best} requires: is it one of those?"


def made_ids(entity: Entity, rules: Mapping[str, Rule], sample: Sample) -> list[str]:
    """Return the id column that is made from each row, if the input has none that could be it."""
    return [
        column.name
        for column in entity.columns
        if numbers_rows(entity, column)
        and column.name not in rules
        and not sample.array
        and not _possible_ids(column, rules, sample)
    ]


def numbers_rows(entity: Entity, column: Column) -> bool:
    """Whether a column does nothing but tell rows apart."""
    if entity.version is not None or set(entity.key) - {column.name, entity.event_time}:
        return False
    return column.name in entity.key and column.name != entity.event_time


def _free(rules: Mapping[str, Rule], sample: Sample) -> list[str]:
    """Return the input columns that no rule reads."""
    used = {rule.source for rule in rules.values()}
    return [name for name in sample.types if name not in used and name not in INTERNAL]


def _possible_ids(column: Column, rules: Mapping[str, Rule], sample: Sample) -> list[str]:
    """Return the input columns that could be the id: by their names, and as most values differ."""
    free = _free(rules, sample)
    near_ones = get_close_matches(column.name, [name.lower() for name in free], n=9, cutoff=0.5)
    named = [name for name in free if name.lower() in near_ones or LIKE_ID.fullmatch(name)]
    counts = {name: sample.counts(name) for name in named if not NESTED.match(sample.types[name])}
    possible = [name for name, one in counts.items() if one.distinct > LEAST_DIFFERENT * one.rows]
    return sorted(possible, key=lambda name: not counts[name].is_unique)


def _id_advice(column: Column, possible: list[str], sample: Sample) -> str:
    made = (
        f"--map {column.name}=@row_number (every row counts) or "
        f"--map {column.name}=@row_hash (rows that repeat exactly become duplicates)"
    )
    first = possible[0]
    counts = sample.counts(first)
    if counts.is_unique:
        return f"Use --map {column.name}={first}; or have ids made: {made}"
    return (
        f"Column {first!r} has {counts.distinct:,} different values in {counts.rows:,} rows: "
        f"--map {column.name}={first} where rows that share one are the same; else have ids made: "
        f"{made}"
    )


def _likeliest(column: Column, rules: Mapping[str, Rule], sample: Sample) -> str | None:
    """Return what --map could name: what is called nearly so, or the only time, and would parse."""
    free = _free(rules, sample)
    near_ones = get_close_matches(column.name, free, n=5, cutoff=0.5)
    specs = [spec for name in near_ones if (spec := sample.spec(name, column))]
    if not specs and column.data_type in TIMES:
        times = [spec for name in free if (spec := sample.spec(name, column))]
        specs = times if len(times) == 1 else []
    return specs[0] if specs else None


def _is_object(sample: Sample, array: Array) -> str:
    """Say that a file is an object that holds an array, and which query lands its elements."""
    holder = "->".join([str(Name("", array.path[0])), *map(sql.text, array.path[1:])])
    elements = ", ".join(f"e->>{sql.text(key)} as {Name('', key)}" for key in array.keys)
    name = Name("", relation_name(Path(sample.part.files[0].label).name))
    return (
        f"{sample.label}: is a JSON object that holds an array of objects under "
        f"{'.'.join(array.path)!r}; land its elements with --query "
        f'"select {elements} from (select unnest(cast({holder} as json[])) as e from {name})"'
    )


def near(name: str, names: Iterable[str]) -> str:
    """Ask whether one of the names that are near was meant; nothing where none is."""
    found = get_close_matches(name, list(names), n=2, cutoff=0.5)
    return f" (did you mean {' or '.join(found)}?)" if found else ""


def available(types: Mapping[str, str]) -> str:
    """Say which columns an input has."""
    names = [name for name in types if name not in INTERNAL]
    hint = ""
    if len(names) == 1 and any(char in names[0] for char in ",;\t| "):
        hint = " (is the delimiter right? see --delimiter)"
    more = len(names) - MOST_COLUMNS
    and_more = f" and {more:,} more" if more > 0 else ""
    return f"its columns are {', '.join(names[:MOST_COLUMNS])}{and_more}{hint}"
