"""Where the project is."""

from pathlib import Path

from product_health.errors import UserError

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
