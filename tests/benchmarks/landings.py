"""Landing folders of the demo company, written once, and shorter histories cut from them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from measure import run_measured
from warehouse import BIN


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
    files = f"{landing}/loads/*/usage_events.parquet"
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


def shortened(landing: Path, folder: Path, days: int) -> Path:
    """Copy a landing folder with only the last days of events before its last load.

    The last load is the same, so what it adds is the same with any history behind it.
    """
    if folder.exists():
        return folder
    copy = folder.with_suffix(".half")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(landing, copy)
    last = last_load(landing).name
    for file in landing.glob("loads/*/usage_events.parquet"):
        if file.parent.name != last:
            _keep_last_days(file, copy / file.relative_to(landing), days)
    copy.rename(folder)
    return folder


def _keep_last_days(source: Path, target: Path, days: int) -> None:
    duckdb.execute(
        f"""
        copy (
            from '{source}'
            where received_at >= (select max(received_at) from '{source}') - interval {days} days
        ) to '{target}' (format parquet, compression zstd)
        """
    )
