"""Where the project is, and the vars that it declares."""

from pathlib import Path
from typing import Any

from product_health.errors import UserError
from product_health.strict_yaml import parse_own

PROJECT_FILE = "dbt_project.yml"


def find_project(start: Path | None = None) -> Path:
    """Return the folder that holds dbt_project.yml, searched from `start` (default: here) upwards.

    Raises UserError where there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    message = f"no {PROJECT_FILE} in {here} or above it: run this inside the project"
    raise UserError(message)


def declared_vars(project: Path) -> dict[str, Any]:
    """Return the vars of dbt_project.yml."""
    document = parse_own((project / PROJECT_FILE).read_text(encoding="utf-8")) or {}
    found: dict[str, Any] = document.get("vars") or {}
    return found
