"""The same marts by hand: plain SQL in one DuckDB process, from the same Parquet files.

Usage: python tests/benchmarks/baseline.py LANDING DATABASE TIMES
Writes the marts to tables of DATABASE and the seconds of each statement to the JSON file TIMES.
"""

import json
import os
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "seeds"


def settings() -> dict[str, str | bool | int | float | list[str]]:
    """Give the limits of profiles.yml; the order of rows does not matter to anyone."""
    return {
        "memory_limit": os.environ.get("PRODUCT_HEALTH_MEMORY_LIMIT", "4GB"),
        "threads": os.cpu_count() or 1,
        "preserve_insertion_order": False,
    }


def build(landing: Path, database: Path) -> dict[str, float]:
    """Write all usage and adoption marts; returns the seconds of each statement."""
    seconds: dict[str, float] = {}
    with duckdb.connect(str(database), config=settings()) as connection:
        connection.execute("set variable landing = ?", [str(landing)])
        connection.execute("set variable seeds = ?", [str(SEEDS)])
        for script in sorted((HERE / "baseline").glob("*.sql")):
            for statement in duckdb.extract_statements(script.read_text(encoding="utf-8")):
                started = time.perf_counter()
                connection.execute(statement)
                seconds[_title(statement.query)] = time.perf_counter() - started
    return seconds


def _title(query: str) -> str:
    lines = (line for line in query.splitlines() if line and not line.startswith("--"))
    return next(lines).removesuffix(" as")


if __name__ == "__main__":
    times = build(Path(sys.argv[1]), Path(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(times, indent=1), encoding="utf-8")
