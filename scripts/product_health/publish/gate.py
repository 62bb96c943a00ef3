"""Whether a built warehouse may be published: its build and its check passed, and are of it.

target/run_results.json   dbt's, of its last command
target/check.json         of `product-health check`: what failed, of which suites, on what, and when
"""

import json
from pathlib import Path
from typing import Any

from product_health.built import MOST_NAMED, RUN_RESULTS, doubt, last_command, read_results
from product_health.check.catalog import fingerprint, read_catalog
from product_health.check.results import RESULT, CheckResult, read_result
from product_health.check.suites import FOLDER
from product_health.errors import UserError
from product_health.warehouse import open_file

BUILD = "build"
# Unit tests guard code, and say nothing of the data.
EXCLUDED, UNIT_TEST = "exclude_resource_types", "unit_test"
# A build with one of these leaves parts of an older generation in the warehouse, or tests untried.
PARTIAL = (
    *("select", "exclude", "selector", "resource_types", EXCLUDED),
    *("empty", "sample"),
)


def state(warehouse: Path) -> str:
    """Give what differs whenever the database file was written to."""
    stat = warehouse.stat()
    return f"{stat.st_size} {stat.st_mtime_ns}"


def require_passed(project: Path, warehouse: Path) -> tuple[str, CheckResult]:
    """Raise UserError, with what to do, unless the warehouse is built, tested and checked.

    Returns the state of the file that this is true of, and the check.
    """
    before = state(warehouse)
    _require_build(project, warehouse)
    check = _require_check(project, warehouse)
    require_state(warehouse, before)
    return before, check


def require_state(warehouse: Path, before: str) -> None:
    """Raise UserError where the file was written to since it had a state."""
    if state(warehouse) != before:
        told = "the warehouse was written to in the meantime"
        raise _refused(told, "dbt build` and then `product-health check")


def _require_build(project: Path, warehouse: Path) -> None:
    found = _read_build(project)
    args = found.get("args", {})
    command = "docs generate" if args.get("which") == "generate" else args.get("which")
    if command != BUILD:
        told = f"the last dbt command was `dbt {command}`, so nothing tells how the build ended"
        raise _refused(told, "dbt build")
    partial = [
        f"--{name.replace('_', '-')}" for name in PARTIAL if _is_partial(found["args"], name)
    ]
    if partial:
        told = f"the last build was a part of the project ({', '.join(partial)})"
        raise _refused(told, "dbt build` without it, and then `product-health check")
    if doubted := doubt(project, warehouse):
        raise _refused(doubted, "dbt build` and then `product-health check")
    if found.get("metadata", {}).get("invocation_id") != last_command(warehouse):
        told = f"the build of {RUN_RESULTS} was of another warehouse, or is not the last one here"
        raise _refused(told, "dbt build` and then `product-health check")


def _is_partial(args: dict[str, Any], name: str) -> bool:
    """Whether an argument left out a part of a build that says something of the data."""
    said = args.get(name)
    return bool(set(said or ()) - {UNIT_TEST} if name == EXCLUDED else said)


def _read_build(project: Path) -> dict[str, Any]:
    try:
        return read_results(project)
    except FileNotFoundError as error:
        told = f"the warehouse was not built here (there is no {RUN_RESULTS})"
        raise _refused(told, "dbt build") from error
    except ValueError as error:
        told = f"{RUN_RESULTS} is not whole"
        raise _refused(told, "dbt build") from error


def _require_check(project: Path, warehouse: Path) -> CheckResult:
    command = "product-health check"
    found = _read_check(project, command)
    if failed := found.failed("error"):
        told = f"the check of the warehouse found {failed} error{'s' * (failed > 1)}"
        raise _refused(told, f"{command}` to see which, mend them, and build again with `dbt build")
    if missing := left_out(project, found):
        told = f"the last check left out {', '.join(missing[:MOST_NAMED])}"
        raise _refused(told, command)
    if not is_of(found, warehouse):
        told = "the last check was of another build of the warehouse"
        raise _refused(told, command)
    return found


def _read_check(project: Path, command: str) -> CheckResult:
    try:
        return read_result(project)
    except FileNotFoundError as error:
        told = f"the build was not checked (there is no {RESULT})"
        raise _refused(told, command) from error
    except json.JSONDecodeError as error:
        told = f"{RESULT} is not whole"
        raise _refused(told, command) from error
    except (KeyError, TypeError, ValueError) as error:
        told = f"{RESULT} is not what a check writes"
        raise _refused(told, command) from error


def is_of(check: CheckResult, warehouse: Path) -> bool:
    """Whether a check was of the warehouse as it is now."""
    # the time of a check has no fractions
    is_newer = int(warehouse.stat().st_mtime) > check.checked_at.timestamp()
    return not is_newer and check.fingerprint == warehouse_fingerprint(warehouse)


def left_out(project: Path, check: CheckResult) -> list[str]:
    """Give the suites of a project that a check was not of."""
    folder = project / FOLDER
    suites = {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.y*ml")}
    return sorted(suites - check.suites)


def warehouse_fingerprint(warehouse: Path) -> str:
    """Give what a check says of the database that it was of."""
    with open_file(warehouse) as connection:
        return fingerprint(connection, read_catalog(connection))


def _refused(told: str, command: str) -> UserError:
    return UserError(f"not published: {told}; run `{command}`")
