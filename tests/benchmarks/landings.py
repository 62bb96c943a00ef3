"""Landing folders of the demo company, written once, and shorter histories cut from them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb

from measure import ROOT, run_measured
from product_health.contract import SOURCE_SYSTEM, load_contract
from product_health.landing.store import LandingStore
from warehouse import BIN

EVENTS_FILE = "usage_events.parquet"


def demo(folder: Path, *options: str | float) -> Path:
    """Write the demo company unless it is there already; returns its landing folder."""
    finished = folder / "truth.json"
    if not finished.exists():
        shutil.rmtree(folder, ignore_errors=True)
        arguments = [str(option) for option in options]
        run_measured([BIN / "product-health", "demo", "--out", folder, *arguments])
    return folder


def events(landing: Path) -> int:
    """Count the landed events."""
    files = f"{landing}/loads/*/{EVENTS_FILE}"
    [(count,)] = duckdb.execute(f"select count(*) from '{files}'").fetchall()
    return int(count)


def last_load(landing: Path) -> Path:
    """Give the folder of the last load."""
    return max((landing / "loads").iterdir())


@contextmanager
def without_last_load(landing: Path) -> Iterator[Path]:
    """Hide the last load for a while; gives the landing folder."""
    load = last_load(landing)
    hidden = landing / f"hidden-{load.name}"
    load.rename(hidden)
    try:
        yield landing
    finally:
        hidden.rename(load)


def weekly(landing: Path, folder: Path, days: int) -> Path:
    """Land the last days of a history of two loads again, its events a load a week.

    The last load is the same, so what it adds is the same with any history behind it.
    """
    if folder.exists():
        return folder
    _, first, last = sorted((landing / "loads").iterdir())
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    store = LandingStore(half, load_contract(ROOT))
    ends = _ends_of_weeks(first / EVENTS_FILE, days)
    for number, (start, end) in enumerate(pairwise(ends)):
        # all other entities come with the first week
        source = first if number == 0 else first / EVENTS_FILE
        _land(store, source, f"received_at > '{start}' and received_at <= '{end}'")
    _land(store, last)
    half.rename(folder)
    return folder


def _ends_of_weeks(events_file: Path, days: int) -> list[datetime]:
    """Give when each week ends, counted back from the last event received, and the begin."""
    [(last,)] = duckdb.execute(f"select max(received_at) from '{events_file}'").fetchall()
    return sorted(last - timedelta(days=back) for back in {*range(0, days, 7), days})


def _land(store: LandingStore, source: Path, events_within: str = "true") -> None:
    """Land a file, or all entities of a load; of events those that a condition holds for."""
    files = [source] if source.is_file() else sorted(source.glob("[!_]*.parquet"))
    with duckdb.connect() as connection, store.begin_load() as pending:
        for file in files:
            condition = events_within if file.name == EVENTS_FILE else "true"
            pending.write(
                connection,
                file.stem,
                # which system it is of is the load's to say
                f"select * exclude ({SOURCE_SYSTEM.name}) from "
                f"read_parquet('{file}', hive_partitioning = false) where {condition}",
                source_name=file.name,
                fingerprint=f"{file}: {condition}",
            )
