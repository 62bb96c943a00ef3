"""Small random companies as landing rows, for holding the models against the reference.

Hypothesis draws the outline of a company (how much of what, and which trouble); a generator seeded
by one drawn number fills it in. Every row has a generator of its own, so that a smaller outline has
fewer rows and not other ones: that is what lets hypothesis shrink a failing company.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from reference import DEFAULT_VARS, Company, Row, contract
from reference.company import ADDED_BY_LAND
from reference.dates import to_utc
from strategies_rows import MAKERS, Sketch, seeded, system_of
from strategies_seeds import random_seeds

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland")
# Each start has a clock change, a leap day or a turn of the year within its 70 days.
STARTS = tuple(
    date.fromisoformat(day) for day in ("2025-03-01", "2025-09-08", "2024-02-01", "2024-11-20")
)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
# Until when the sources say they are whole: some days after the end, at its edge, anywhere within,
# before the first day, or mostly not at all.
HEARTBEATS = ("late", "late", "late", "edge", "edge", "edge", "any", "any", "any", "early", "none")
EXCLUDED = ("none", "none", "none", *["some"] * 8, "all")
PARSED_TYPES = ("timestamp", "number", "integer", "boolean", "date")


@dataclass(frozen=True)
class Outline:
    """How much of what a company has, and which trouble it is in."""

    seed: int = 0
    zone: str = "UTC"
    start: date = STARTS[0]
    days: int = 60
    actors: int = 6
    persons: int = 4
    accounts: int = 3
    features: int = 3
    loads: int = 3
    rows: dict[str, int] = field(default_factory=dict)
    mess: float = 0.1
    heartbeat: str = "late"
    excluded: str = "some"
    is_scattered: bool = True
    as_of_date: date | None = None


MOST_ROWS = {
    "usage_events": 70,
    "usage_identities": 6,
    "usage_people": 8,
    "crm_accounts": 8,
    "crm_subscriptions": 10,
    "support_tickets": 10,
    "support_ticket_events": 10,
    "survey_invitations": 10,
    "survey_responses": 24,
}
MOST_OTHER_ROWS = 3


@st.composite
def outlines(draw: st.DrawFn, zones: Sequence[str] = ZONES, *, may_fix: bool = True) -> Outline:
    """Draw the outline of a company; `may_fix` lets the var as_of_date overrule heartbeats."""
    start = draw(st.sampled_from(STARTS))
    days = draw(st.one_of(st.integers(40, 70), st.integers(1, 39)))
    most = {entity: MOST_ROWS.get(entity, MOST_OTHER_ROWS) for entity in contract()}
    rows = {
        entity: draw(st.one_of(st.integers(0, count), st.just(count)))
        for entity, count in most.items()
    }
    fixed = st.integers(-3, days + 3).map(lambda offset: start + timedelta(days=offset))
    return Outline(
        seed=draw(st.integers(0, 2**32 - 1)),
        zone=draw(st.sampled_from(zones)),
        start=start,
        days=days,
        actors=draw(st.integers(0, 8)),
        persons=draw(st.integers(1, 6)),
        accounts=draw(st.integers(0, 4)),
        features=draw(st.integers(0, 4)),
        loads=draw(st.integers(1, 4)),
        rows=rows,
        mess=draw(st.sampled_from((0.0, 0.05, 0.2))),
        heartbeat=draw(st.sampled_from(HEARTBEATS)),
        excluded=draw(st.sampled_from(EXCLUDED)),
        is_scattered=draw(st.booleans()),
        as_of_date=draw(st.one_of(st.none(), st.none(), st.none(), fixed)) if may_fix else None,
    )


def companies(zones: Sequence[str] = ZONES, *, may_fix: bool = True) -> st.SearchStrategy[Company]:
    """Draw small companies as landing rows, seeds and vars.

    Time zone and as_of_date are vars, so whoever compiles models for one set of vars narrows them.
    """
    return outlines(zones, may_fix=may_fix).map(fill)


def random_outline(seed: int, zones: Sequence[str] = ZONES, *, may_fix: bool = True) -> Outline:
    """Give an outline from a plain seed, for running many companies without hypothesis."""
    rng = seeded(f"outline-{seed}")
    days = rng.choice((rng.randint(40, 70), rng.randint(40, 70), rng.randint(1, 39)))
    start = rng.choice(STARTS)
    fixed = start + timedelta(days=rng.randint(-3, days))
    counts = {entity: MOST_ROWS.get(entity, MOST_OTHER_ROWS) for entity in contract()}
    persons = rng.randint(1, 6)
    if rng.random() < 0.03:
        # Enough respondents for a sample that is not small.
        persons, counts["survey_responses"] = 60, 150
    return Outline(
        seed=seed,
        zone=rng.choice(zones),
        start=start,
        days=days,
        actors=rng.choice((1, 3, 5, 6, 7, 8)),
        persons=persons,
        accounts=rng.choice((0, 1, 1, 2, 2, 3, 3, 4)),
        features=rng.choice((0, 1, 1, 2, 2, 3, 3, 4)),
        loads=rng.randint(1, 4),
        rows={entity: _row_count(most, rng) for entity, most in counts.items()},
        mess=rng.choice((0.0, 0.05, 0.2)),
        heartbeat=rng.choice(HEARTBEATS),
        excluded=rng.choice(EXCLUDED),
        is_scattered=rng.random() < 0.6,
        as_of_date=fixed if may_fix and rng.random() < 0.1 else None,
    )


def _row_count(most: int, rng: random.Random) -> int:
    return rng.choice((most, most, rng.randint(most // 2, most), rng.randint(0, most), 0))


def random_company(seed: int, zones: Sequence[str] = ZONES, *, may_fix: bool = True) -> Company:
    """Give a company from a plain seed."""
    return fill(random_outline(seed, zones, may_fix=may_fix))


def fill(outline: Outline) -> Company:
    """Make the company of an outline."""
    sketch = Sketch(
        seed=outline.seed,
        zone=ZoneInfo(outline.zone),
        start=outline.start,
        days=outline.days,
        actors=outline.actors,
        persons=outline.persons,
        accounts=outline.accounts,
        features=outline.features,
        is_scattered=outline.is_scattered,
    )
    tables = {entity: _table(outline, sketch, entity) for entity in contract()}
    return Company(
        tables=tables,
        loads=_register(outline, tables),
        seeds=random_seeds(sketch, outline.excluded),
        vars=_vars(outline),
    )


def _vars(outline: Outline) -> dict[str, Any]:
    return {
        **DEFAULT_VARS,
        "reporting_timezone": outline.zone,
        "as_of_date": outline.as_of_date,
    }


def _table(outline: Outline, sketch: Sketch, entity: str) -> list[Row]:
    rows: list[Row] = []
    for index in range(outline.rows.get(entity, 0)):
        rng = seeded(f"{outline.seed}-{entity}-{index}")
        for made in MAKERS[entity](sketch, rng, index):
            row = {**dict.fromkeys(contract()[entity].types), **ADDED_BY_LAND, **made}
            row |= _source(entity, rng)
            rows += _landed(outline, entity, row, rng)
    rows = [dict(row) for row in rows]
    counts: dict[int, int] = {}
    for row in rows:
        row["source_system"] = system_of(entity, row["load_id"])
        row["landing_row"] = counts.get(row["load_id"], 0)
        counts[row["load_id"]] = row["landing_row"] + 1
    return rows


def _source(entity: str, rng: random.Random) -> Row:
    """Say which number a row has in its source, and whether it was deleted there."""
    deleted = contract()[entity].version and rng.random() < 0.03
    return {
        "source_order": rng.choice((None, None, rng.randint(1, 20))),
        "is_deleted": True if deleted else None,
    }


def _without_time(entity: str, row: Row, rng: random.Random) -> Row:
    """Land a time as a date alone: wall time, in whatever zone the company is."""
    times = [name for name, kind in contract()[entity].types.items() if kind == "timestamp"]
    column = rng.choice(times)
    if row[column] is None:
        return row
    return row | {column: datetime.combine(row[column].date(), time(0)), "bare_dates": column}


def _landed(outline: Outline, entity: str, row: Row, rng: random.Random) -> list[Row]:
    """Land a row: when and in which load, in what shape, and how often."""
    event_time = row[contract()[entity].event_time]
    end = to_utc(outline.start + timedelta(days=outline.days + 1), time(0), ZoneInfo(outline.zone))
    row["load_id"] = rng.randint(1, outline.loads)
    row["received_at"] = max(end, event_time) + HOUR
    rows = [row]
    if rng.random() < outline.mess:
        # The edge of the future clock: one hour is sound, a second more is not.
        row["received_at"] = event_time - HOUR - rng.choice((timedelta(0), SECOND, HOUR))
    if rng.random() < outline.mess:
        rows = _repeated(outline, entity, row, rng)
    if rng.random() < outline.mess:
        rows[-1] = _without_time(entity, rows[-1], rng)
    if rng.random() < outline.mess / 2:
        rows[-1] = _unparseable(entity, rows[-1], rng)
    elif rng.random() < outline.mess / 2:
        rows[-1] = rows[-1] | {rng.choice(contract()[entity].required): None}
    return rows


def _repeated(outline: Outline, entity: str, row: Row, rng: random.Random) -> list[Row]:
    """Repeat a row, in its load or another: as it is, or with other content behind the same key."""
    repeats = [row]
    for _ in range(rng.choice((1, 1, 2))):
        repeat = row | {"load_id": rng.randint(1, outline.loads)}
        if rng.random() < 0.5:
            repeat |= _other_content(entity, row)
        repeats.append(repeat)
    return repeats


def _other_content(entity: str, row: Row) -> Row:
    """Change what is not part of a row's identity."""
    changes: dict[str, Callable[[], Any]] = {
        "actor_id": lambda: "a0",
        "account_id": lambda: "acc0",
        "score": lambda: 7.0,
        "mrr": lambda: 50.0,
        "is_trial": lambda: not row["is_trial"],
        "event_type": lambda: "solved",
        "size_segment": lambda: "smb",
    }
    identity = contract()[entity].identity
    return {
        column: change()
        for column, change in changes.items()
        if row.get(column) is not None and column not in identity
    }


def _unparseable(entity: str, row: Row, rng: random.Random) -> Row:
    types = contract()[entity].types
    candidates = [column for column, kind in types.items() if kind in PARSED_TYPES]
    if rng.random() < 0.5:
        return row | dict.fromkeys(types) | {"parse_error": "row", "raw_text": "a;b;c"}
    column = rng.choice(candidates)
    mark = "parse_error" if contract()[entity].is_needed(column) else "set_aside"
    return row | {column: None, mark: column, "raw_text": f'{{"{column}": "x"}}'}


def _register(outline: Outline, tables: dict[str, list[Row]]) -> list[Row]:
    """Register the loads: a row per load and entity that it brought, and some that brought none."""
    rng = seeded(f"{outline.seed}-register")
    loads = []
    for load_id in range(1, outline.loads + 1):
        for entity, rows in tables.items():
            brought = [row for row in rows if row["load_id"] == load_id]
            times = [row[contract()[entity].event_time] for row in brought]
            known = [moment for moment in times if moment is not None]
            if not brought and rng.random() < 0.9:
                continue
            loads.append(
                {
                    "load_id": load_id,
                    "entity": entity,
                    "source_system": system_of(entity, load_id),
                    "source_name": f"{entity}.csv",
                    "fingerprint": f"{load_id}-{entity}",
                    "row_count": len(brought),
                    "first_event_at": min(known, default=None),
                    "last_event_at": max(known, default=None),
                    "complete_until": _heartbeat(outline, rng),
                    "landed_at": to_utc(outline.start, time(0), ZoneInfo("UTC"))
                    + timedelta(days=outline.days + 1, hours=load_id),
                    "undone_at": None,
                }
            )
    return loads


def _heartbeat(outline: Outline, rng: random.Random) -> datetime | None:
    zone = ZoneInfo(outline.zone)
    offset = {
        "late": outline.days + rng.choice((0, 0, 0, 1, 5)),
        "edge": outline.days - rng.choice((0, 1, 2, 7)),
        "any": rng.randint(0, outline.days),
        "early": -rng.randint(0, 3),
        "none": outline.days,
    }[outline.heartbeat]
    midnight = to_utc(outline.start + timedelta(days=offset), time(0), zone)
    if outline.heartbeat == "none" and rng.random() < 0.7:
        return None
    if rng.random() < 0.02:
        return None
    return midnight + rng.choice((timedelta(0), timedelta(0), SECOND, -SECOND, 9 * HOUR))
