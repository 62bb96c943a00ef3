"""What landing costs: a large CSV file, and a run of a source system that has no news."""

import shutil
from pathlib import Path

import duckdb

from benches import Bench
from measure import Cost, run_measured
from results import GIGABYTE, Answer, Benchmark
from warehouse import BIN

ROWS = 10_000_000
MOST_CSV_SECONDS = 90
MOST_CSV_GIGABYTES = 1
MOST_QUIET_SECONDS = 20
# Two years, in which people come back and features are used unevenly.
EVENTS = f"""
    select
        'event-' || row_number as id,
        'person-' || hash(row_number) % 50000 as user_id,
        'feature_' || hash(row_number * 7) % 40 as event,
        timestamp '2024-01-01' + to_seconds(row_number * 6) as timestamp
    from (select unnest(range({ROWS})) as row_number)
"""
SEGMENT = {
    "tracks": (
        "select id, null::varchar as anonymous_id, user_id, event, event as event_text, "
        "'analytics.js' as context_library_name, timestamp, timestamp as uuid_ts "
        f"from ({EVENTS})"
    ),
    "identifies": (
        "select 'i' || user_id as id, 'a' || user_id as anonymous_id, user_id, "
        "min(timestamp) as timestamp, min(timestamp) as received_at "
        f"from ({EVENTS}) group by user_id"
    ),
    "users": (
        "select user_id as id, null::varchar as email, null::varchar as account_id, "
        f"min(timestamp) as received_at from ({EVENTS}) group by user_id"
    ),
}


def landing(bench: Bench) -> Benchmark:
    """Land a CSV file of ten million events; land as many of Segment twice."""
    folder = bench.work / "landed"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    csv = _land("usage_events", "--from", _csv(folder), "--into", folder / "csv")
    segment = ("--system", "segment", "--from", _segment(folder), "--into", folder / "segment")
    first, again = _land(*segment), _land(*segment)
    shutil.rmtree(folder)
    return Benchmark(
        "Landing",
        f"{ROWS:,} events, once as a CSV file and once as Segment's tables in a DuckDB file.",
        [
            Answer(
                "`land` of the CSV file",
                f"{csv.seconds:.0f} s",
                f"{MOST_CSV_SECONDS} s",
                csv.seconds < MOST_CSV_SECONDS,
            ),
            Answer(
                "Most memory held by it",
                f"{csv.peak_bytes / GIGABYTE:.2f} GB",
                f"{MOST_CSV_GIGABYTES} GB",
                csv.peak_bytes < MOST_CSV_GIGABYTES * GIGABYTE,
            ),
            Answer(
                "First run of `land --system segment`",
                f"{first.seconds:.0f} s, {first.peak_bytes / GIGABYTE:.2f} GB",
            ),
            Answer(
                "A run without news",
                f"{again.seconds:.1f} s, {again.peak_bytes / GIGABYTE:.2f} GB",
                f"{MOST_QUIET_SECONDS} s",
                again.seconds < MOST_QUIET_SECONDS,
            ),
        ],
    )


def _csv(folder: Path) -> Path:
    path = folder / "events.csv"
    columns = "id as event_id, user_id as actor_id, event as event_name, timestamp as occurred_at"
    duckdb.execute(f"copy (select {columns} from ({EVENTS})) to '{path}' (header)")
    return path


def _segment(folder: Path) -> Path:
    path = folder / "segment.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema app")
        for name, rows in SEGMENT.items():
            connection.execute(f"create table app.{name} as {rows}")
    return path


def _land(*arguments: str | Path) -> Cost:
    return run_measured([BIN / "product-health", "land", *arguments])
