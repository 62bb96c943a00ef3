"""Somebody who reads what is published over and over: `python publish_reader.py PUBLISHED STOP`.

Writes each run that was seen, and each thing that did not belong to it, as a line.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

FILE = "product_health.duckdb"
SECONDS_BETWEEN_READS = 3


def whole_run(published: Path) -> tuple[str, list[str]]:
    """Read all that is published; gives its run, and what does not belong to it."""
    folder = (published / "current").resolve()
    with duckdb.connect(str(folder / FILE), read_only=True) as connection:
        ((run_id,),) = connection.execute("select run_id from meta.publication").fetchall()
        told = connection.execute("select table_name, row_count from meta.tables").fetchall()
        wrong = [
            f"{run_id}: {table} has {found} rows, not {rows}"
            for table, rows in told
            for ((found,),) in [connection.execute(f"select count(*) from {table}").fetchall()]
            if found != rows
        ]
        wrong += [
            f"{run_id}: {path.name} has {found} rows, not {rows}"
            for table, rows in told
            if table.startswith("marts.")
            for path in [folder / "parquet" / f"{table.removeprefix('marts.')}.parquet"]
            for ((found,),) in [connection.execute(f"select count(*) from '{path}'").fetchall()]
            if found != rows
        ]
    card = json.loads((folder / "publication.json").read_text(encoding="utf-8"))
    if card["run_id"] != run_id or card["tables"] != dict(told):
        wrong.append(f"{run_id}: publication.json is of {card['run_id']}")
    return run_id, wrong


def through_the_link(published: Path) -> str:
    """Open the path that people have saved, and give the run that it shows."""
    file = str(published / "current" / FILE)
    with duckdb.connect(file, read_only=True) as connection:
        ((run_id,),) = connection.execute(
            "select run_id from meta.publication where (select count(*) from marts.usage_daily) ="
            " (select row_count from meta.tables where table_name = 'marts.usage_daily_v1')"
        ).fetchall()
    return str(run_id)


def wait_for_another(published: Path, stop: Path) -> None:
    """Wait for the next set, but not for long: reading all the time would leave nobody else a core.

    Most of what can go wrong, goes wrong when the link moves.
    """
    link, end = (published / "current").readlink(), time.monotonic() + SECONDS_BETWEEN_READS
    while time.monotonic() < end and not stop.exists():
        if (published / "current").readlink() != link:
            return
        time.sleep(0.02)


def main(published: Path, stop: Path) -> None:
    """Read until a file appears."""
    while not stop.exists():
        run_id, wrong = whole_run(published)
        sys.stdout.write("\n".join([run_id, *wrong, through_the_link(published), ""]))
        sys.stdout.flush()
        wait_for_another(published, stop)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
