"""Landing rows of every entity with something wrong, or something odd, about each of them."""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from harness.histories import registered
from reference import DEFAULT_VARS, Company, Entity, Row, contract
from reference.company import ADDED_BY_LAND
from strategies_rows import seeded, system_of

LOADS = 4
START = datetime.fromisoformat("2025-03-29 20:00:00")
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
EARLIEST = datetime.fromisoformat(DEFAULT_VARS["earliest_date"])
# Land lets nothing in that is not finite; a scale must hold all the same.
ODD_NUMBERS = (float("nan"), float("inf"), float("-inf"))
WHOLE_NUMBERS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 11.0, -1.0)
NUMBERS = (*WHOLE_NUMBERS, *WHOLE_NUMBERS, 9.6, 0.5, *ODD_NUMBERS)
RATES = [{"currency": "USD", "rate_to_reporting": 1.0}]
KINDS = ("nps", "nps", "NPS", "csat", "ces", "osat", None)

Mutation = Callable[[Entity, Row, random.Random], Row]


def mutated_company(seed: int, rows_per_entity: int) -> Company:
    """Give a company of so many rows an entity, each of them mutated at least once."""
    tables = {
        name: _landed(entity, rows_per_entity, seeded(f"mutated-{seed}-{name}"))
        for name, entity in contract().items()
    }
    loads = [
        registered(name, load_id, rows, START)
        for load_id in range(1, LOADS + 1)
        for name, rows in tables.items()
    ]
    return Company(tables, loads, {"currency_rates": RATES})


def _landed(entity: Entity, count: int, rng: random.Random) -> list[Row]:
    rows: list[Row] = []
    while len(rows) < count:
        row = rng.choice(rows) if rows and rng.random() < 0.5 else _new(entity, rng)
        if row["parse_error"] is not None and rng.random() < 0.8:
            row = _heal(entity, row, rng)
        for mutation in rng.choices(MUTATIONS, k=rng.choice((1, 1, 2, 3))):
            row = mutation(entity, row, rng)
        rows.append(_as_marked(row))
    positions = dict.fromkeys(range(1, LOADS + 1), 0)
    for row in rows:
        row["source_system"] = system_of(entity.name, row["load_id"])
        row["landing_row"] = positions[row["load_id"]]
        positions[row["load_id"]] += 1
    return rows


def _as_marked(row: Row) -> Row:
    """Keep to what the marks of a row say, whatever befell its values since."""
    bare = {name: row[name] for name in (row["bare_dates"] or "").split(",") if row.get(name)}
    aside = dict.fromkeys(name for name in (row["set_aside"] or "").split(",") if name)
    dates = {name: datetime.combine(value, time(0)) for name, value in bare.items()}
    return row | dates | aside


def _new(entity: Entity, rng: random.Random) -> Row:
    row = {column: _value(column, kind, rng) for column, kind in entity.types.items()}
    return {
        **ADDED_BY_LAND,
        **row,
        "load_id": rng.randint(1, LOADS),
        "received_at": START + 30 * HOUR,
        "source_order": rng.choice((None, None, rng.randint(9, 11))),
        "is_deleted": rng.random() < 0.1,
    }


def _value(column: str, kind: str, rng: random.Random) -> Any:
    if column == "survey_kind":
        return rng.choice(KINDS)
    if column == "mrr":
        return rng.choice((0.0, 100.0, -5.0))
    if column == "currency":
        return "USD"
    return VALUES[kind](column, rng)


VALUES: Mapping[str, Callable[[str, random.Random], Any]] = {
    "text": lambda column, rng: rng.choice((f"{column}-{rng.randrange(12)}", None, "it's")),
    "json": lambda _, rng: rng.choice(("{}", "not json")),
    "integer": lambda _, rng: rng.randint(-1, 9),
    "number": lambda _, rng: rng.choice(NUMBERS),
    "boolean": lambda _, rng: rng.random() < 0.5,
    "date": lambda _, rng: date(2025, 3, rng.randint(1, 31)),
    "timestamp": lambda _, rng: START + rng.randrange(16) * HOUR,
}


def _lose_required(entity: Entity, row: Row, rng: random.Random) -> Row:
    return row | {rng.choice(entity.required): None}


def _lose_any(entity: Entity, row: Row, rng: random.Random) -> Row:
    return row | {rng.choice(list(entity.types)): None}


def _repeat(_: Entity, row: Row, __: random.Random) -> Row:
    return row


def _repeat_elsewhere(_: Entity, row: Row, rng: random.Random) -> Row:
    return row | {"load_id": rng.randint(1, LOADS)}


def _change_content(entity: Entity, row: Row, rng: random.Random) -> Row:
    """Keep key and version, change the rest, in this load or another."""
    fresh = _new(entity, rng)
    return fresh | {column: row[column] for column in entity.identity}


def _change_anything(entity: Entity, row: Row, rng: random.Random) -> Row:
    column = rng.choice(list(entity.types))
    return row | {column: _value(column, entity.types[column], rng)}


def _next_version(entity: Entity, row: Row, rng: random.Random) -> Row:
    if entity.version is None or row[entity.version] is None:
        return _change_anything(entity, row, rng)
    later = row[entity.version] + rng.choice((-HOUR, TICK, HOUR))
    return _change_content(entity, row, rng) | {entity.version: later}


def _future_clock(entity: Entity, row: Row, rng: random.Random) -> Row:
    """An hour ahead is sound, a microsecond more is not."""
    if row[entity.event_time] is None:
        return row
    ahead = HOUR + rng.choice((-TICK, timedelta(0), TICK, HOUR))
    return row | {"received_at": row[entity.event_time] - ahead}


def _unparseable(entity: Entity, row: Row, rng: random.Random) -> Row:
    column = rng.choice(list(entity.types))
    mark = "parse_error" if entity.is_needed(column) else "set_aside"
    return row | {column: None, mark: column, "raw_text": "{}"}


def _without_time(entity: Entity, row: Row, rng: random.Random) -> Row:
    """Land a time as a date alone, or as one that nobody believes."""
    times = [name for name, kind in entity.types.items() if kind == "timestamp" and row[name]]
    if not times:
        return row
    column = rng.choice(times)
    if rng.random() < 0.3:
        return row | {column: rng.choice((EARLIEST, EARLIEST - TICK, EARLIEST - 999 * HOUR))}
    return row | {column: datetime.combine(row[column], time(0)), "bare_dates": column}


def _unreadable(entity: Entity, row: Row, _: random.Random) -> Row:
    return row | dict.fromkeys(entity.types) | {"parse_error": "row", "raw_text": 'a;"b'}


def _heal(entity: Entity, row: Row, rng: random.Random) -> Row:
    """Fill what is missing, so that what was quarantined comes back sound under the same key."""
    fresh = _new(entity, rng)
    filled = {column: value for column, value in row.items() if value is not None}
    return fresh | filled | {"parse_error": None, "set_aside": None, "raw_text": None}


MUTATIONS: tuple[Mutation, ...] = (
    _lose_required,
    _lose_any,
    _repeat,
    _repeat_elsewhere,
    _change_content,
    _change_anything,
    _next_version,
    _future_clock,
    _without_time,
    _unparseable,
    _unreadable,
    _heal,
)
