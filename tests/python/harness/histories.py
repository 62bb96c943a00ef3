"""Random histories: the same rows landed in other loads, and built load by load."""

import random
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from harness.project import Compiled
from harness.warehouse import Warehouse, built, compiled_for
from reference import Company, Row, contract
from strategies import random_company
from strategies_rows import seeded, system_of

WORKERS = 2
MOST_LOADS = 8
# All tables are compared for one history in so many: the others differ only if these three do, or
# if a sum depends on the order of its rows.
EVERY = 10


@dataclass(frozen=True)
class History:
    """A company whose loads are built in groups, one build a group, in order."""

    company: Company
    groups: tuple[tuple[int, ...], ...]


def random_history(seed: int) -> History:
    """Deal the rows of a random company to new loads, and group the loads."""
    rng = seeded(f"history-{seed}")
    company = random_company(seed)
    count = rng.randint(2, MOST_LOADS)
    tables = {name: _dealt(name, rows, count, rng) for name, rows in company.tables.items()}
    groups: list[tuple[int, ...]] = []
    for load_id in range(1, count + 1):
        if groups and rng.random() < 0.3:
            groups[-1] += (load_id,)
        else:
            groups.append((load_id,))
    dealt = replace(company, tables=tables, loads=_register(company, tables, count, rng))
    return History(dealt, tuple(groups))


def _dealt(entity: str, rows: Iterable[Row], count: int, rng: random.Random) -> list[Row]:
    """Deal rows in any order, or by time forwards or backwards: then loads touch at their edges."""
    shuffled = list(rows)
    rng.shuffle(shuffled)
    load_ids = [rng.randint(1, count) for _ in shuffled]
    order = rng.choice(("any", "forwards", "backwards"))
    if order != "any":
        time = contract()[entity].event_time
        shuffled.sort(key=lambda row: (row[time] is None, row[time]))
        load_ids.sort(reverse=order == "backwards")
    positions = dict.fromkeys(range(1, count + 1), 0)
    dealt = []
    for row, load_id in zip(shuffled, load_ids, strict=True):
        system = system_of(entity, load_id)
        place = {"load_id": load_id, "landing_row": positions[load_id], "source_system": system}
        dealt.append(row | place)
        positions[load_id] += 1
    return dealt


def _register(
    company: Company, tables: dict[str, list[Row]], count: int, rng: random.Random
) -> list[Row]:
    heartbeats = [row["complete_until"] for row in company.loads] or [None]
    return [
        registered(name, load_id, rows, rng.choice(heartbeats))
        for load_id in range(1, count + 1)
        for name, rows in tables.items()
    ]


def registered(entity: str, load_id: int, rows: Iterable[Row], complete_until: object) -> Row:
    """Give the register row of a load, as land writes it; it may have brought no row at all."""
    brought = [row for row in rows if row["load_id"] == load_id]
    times = [row[contract()[entity].event_time] for row in brought]
    known = [moment for moment in times if moment is not None]
    return {
        "load_id": load_id,
        "entity": entity,
        "source_system": system_of(entity, load_id),
        "source_name": f"{entity}.csv",
        "fingerprint": f"{load_id}-{entity}",
        "row_count": len(brought),
        "first_event_at": min(known, default=None),
        "last_event_at": max(known, default=None),
        "complete_until": complete_until,
        "landed_at": None,
        "undone_at": None,
    }


def appended(compiled: Compiled) -> list[str]:
    """Give the models that append what new loads bring."""
    return [model.name for model in compiled.models if model.incremental_sql]


def tables(compiled: Compiled) -> list[str]:
    """Give the models that are stored."""
    return [model.name for model in compiled.models if model.kind != "view"]


def contents(warehouse: Warehouse, names: Iterable[str]) -> dict[str, list[str]]:
    """Give the rows of tables to the last digit, in an order that does not depend on them."""
    return {name: sorted(repr(row) for row in warehouse.rows(name)) for name in names}


def unequal(one: dict[str, list[str]], other: dict[str, list[str]], company: str = "") -> list[str]:
    """Tell which tables differ, and by which rows first."""
    told = []
    for name, rows in one.items():
        if rows != other[name]:
            extra = sorted(set(rows) - set(other[name]))[:2]
            missing = sorted(set(other[name]) - set(rows))[:2]
            counts = f"{len(rows)} rows and not {len(other[name])}"
            told.append(f"{company}{name}: {counts}; extra {extra}, missing {missing}")
    return told


def started(history: History, compiled: Compiled) -> Warehouse:
    """Give a warehouse with the seeds of a history and nothing landed."""
    warehouse = Warehouse(compiled)
    warehouse.sow(history.company.seeds)
    return warehouse


def replayed(
    history: History, compiled: Compiled, interruptions: random.Random | None = None
) -> Warehouse:
    """Build what appends group by group; with `interruptions`, builds stop before they are done."""
    warehouse = started(history, compiled)
    names = appended(compiled)
    for group in history.groups:
        warehouse.land(history.company, group)
        if interruptions:
            done = interruptions.sample(names, interruptions.randint(0, len(names)))
            warehouse.build(only=compiled.needed_for(done))
        if not interruptions or interruptions.random() < 0.5:
            warehouse.build(only=compiled.needed_for(names))
    return warehouse


def history_differences(
    seed: int,
    *,
    is_interrupted: bool = False,
    compiled: Compiled | None = None,
    names: Collection[str] | None = None,
) -> list[str]:
    """Tell how tables built load by load differ from those of one full refresh."""
    history = random_history(seed)
    compiled = compiled or compiled_for(history.company)
    compared = list(names or tables(compiled))
    interruptions = seeded(f"interruptions-{seed}") if is_interrupted else None
    with replayed(history, compiled, interruptions) as step_by_step:
        step_by_step.build(only=compiled.needed_for(compared))
        found = contents(step_by_step, compared)
    with built(history.company, compiled, compared) as at_once:
        return unequal(found, contents(at_once, compared), f"history {seed}: ")


def many_history_differences(seeds: Sequence[int], *, is_interrupted: bool = False) -> list[str]:
    """Do so for many histories, for one in ten of them over all tables."""

    def check(seed: int) -> list[str]:
        compiled = compiled_for(random_history(seed).company)
        names = None if seed % EVERY == 0 else appended(compiled)
        return history_differences(
            seed, is_interrupted=is_interrupted, compiled=compiled, names=names
        )

    with ThreadPoolExecutor(WORKERS) as pool:
        return [one for told in pool.map(check, seeds) for one in told]
