"""Whether a built warehouse may be published: its build and its check passed, and are of it.

target/run_results.json   dbt's, of its last command
target/check.json         of `product-health check`: {"passed": true, "warehouse": "<state>", ...}
"""

import json
from pathlib import Path
from typing import Any

from product_health.errors import UserError

RUN_RESULTS = Path("target/run_results.json")
CHECK = Path("target/check.json")
BUILD = "build"
# A build with one of these leaves parts of an older generation in the warehouse, or tests untried.
PARTIAL = (
    *("select", "exclude", "selector", "resource_types", "exclude_resource_types"),
    *("empty", "sample"),
)
PASSED = {"success", "pass", "warn", "no-op"}
# dbt lets go of the database a moment after it has written its results.
SETTLE_SECONDS = 10
MOST_NAMED = 5


def warehouse_state(path: Path) -> str:
    """Give what differs whenever the database file was written to: its size and time."""
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def require_passed(project: Path, warehouse: Path) -> None:
    """Raise UserError, with what to do, unless the warehouse is built, tested and checked."""
    _require_build(project / RUN_RESULTS, warehouse)
    _require_check(project / CHECK, warehouse)


def _require_build(path: Path, warehouse: Path) -> None:
    found = _read(path, "the warehouse was not built here", "dbt build")
    command = found.get("args", {}).get("which")
    if command != BUILD:
        told = f"the last dbt command was `dbt {command}`, so nothing tells how the build ended"
        raise _refused(told, "dbt build")
    partial = [f"--{name.replace('_', '-')}" for name in PARTIAL if found["args"].get(name)]
    if partial:
        told = f"the last build was a part of the project ({', '.join(partial)})"
        raise _refused(told, "dbt build` without it, and then `product-health check")
    failed = [one["unique_id"] for one in found["results"] if one["status"] not in PASSED]
    if failed:
        named = ", ".join(name.split(".")[2] for name in failed[:MOST_NAMED])
        more = f" and {len(failed) - MOST_NAMED} more" if len(failed) > MOST_NAMED else ""
        told = f"the last build did not pass: {named}{more}"
        raise _refused(told, "dbt build` once they are mended, and then `product-health check")
    if _is_unfinished(path, warehouse):
        told = "the warehouse was written to after the last build that ended"
        raise _refused(told, "dbt build` and then `product-health check")


def _is_unfinished(results: Path, warehouse: Path) -> bool:
    """Whether a build has begun since, and was killed or is still running."""
    log = warehouse.with_name(f"{warehouse.name}.wal")
    return log.exists() or warehouse.stat().st_mtime > results.stat().st_mtime + SETTLE_SECONDS


def _require_check(path: Path, warehouse: Path) -> None:
    command = "product-health check"
    found = _read(path, "the build was not checked", command)
    if found.get("passed") is not True:
        told = "the check of this build failed"
        raise _refused(told, f"{command}` to see what, mend it, and build again with `dbt build")
    if found.get("warehouse") != warehouse_state(warehouse):
        told = "the last check was of another build of the warehouse"
        raise _refused(told, command)


def _read(path: Path, what: str, command: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        told = f"{what} (there is no {path.parent.name}/{path.name})"
        raise _refused(told, command) from error
    except ValueError as error:
        told = f"{path.parent.name}/{path.name} is not whole"
        raise _refused(told, command) from error
    return found


def _refused(told: str, command: str) -> UserError:
    return UserError(f"not published: {told}; run `{command}`")
