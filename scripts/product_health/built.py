"""What dbt says of the last build of a warehouse.

target/run_results.json   dbt's, of its last command
meta.last_command         in the warehouse, which command worked on it last
"""

import json
from pathlib import Path
from typing import Any

import duckdb

from product_health.warehouse import open_file

RUN_RESULTS = Path("target/run_results.json")
SKIPPED = "skipped"
PASSED = {"success", "pass", "warn", "no-op"}
# dbt lets go of the database a moment after it has written its results.
SETTLE_SECONDS = 10
MOST_NAMED = 5


def read_results(project: Path) -> dict[str, Any]:
    """Read the results of dbt's last command; FileNotFoundError, or ValueError where it is cut."""
    found: dict[str, Any] = json.loads((project / RUN_RESULTS).read_text(encoding="utf-8"))
    return found


def last_command(warehouse: Path) -> str | None:
    """Give dbt's id of the command that worked on a warehouse last, which it wrote as it began."""
    with open_file(warehouse) as connection:
        try:
            found = connection.execute("select invocation_id from meta.last_command").fetchone()
        except duckdb.CatalogException:
            return None
    return str(found[0]) if found else None


def doubt(project: Path, warehouse: Path) -> str | None:
    """Give why numbers of a warehouse may be wrong, after a command of dbt that failed.

    None where it passed, and where it was built elsewhere.
    """
    try:
        results = read_results(project)["results"]
    except (FileNotFoundError, ValueError):
        return None
    if _is_unfinished(project / RUN_RESULTS, warehouse):
        return "the warehouse was written to after the last build that ended"
    statuses = {_name(one["unique_id"]): one["status"] for one in results}
    failed = [name for name, status in statuses.items() if status not in PASSED]
    # what failed says more than what was skipped for it
    causes = [name for name in failed if statuses[name] != SKIPPED] or failed
    if not causes:
        return None
    more = f" and {len(causes) - MOST_NAMED} more" if len(causes) > MOST_NAMED else ""
    return f"the last build did not pass: {', '.join(causes[:MOST_NAMED])}{more}"


def _name(unique_id: str) -> str:
    """Give what people call a node: a unit test has the name of its model before its own."""
    kind, _, *parts = unique_id.split(".")
    return ".".join(parts[:2]) if kind == "unit_test" else parts[0]


def _is_unfinished(results: Path, warehouse: Path) -> bool:
    """Whether a build has begun since, and was killed or is still running."""
    log = warehouse.with_name(f"{warehouse.name}.wal")
    return log.exists() or warehouse.stat().st_mtime > results.stat().st_mtime + SETTLE_SECONDS
