"""SQL of a user, run where it can read one database file and do nothing else."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from product_health.errors import UserError
from product_health.query.child import LIMITS
from product_health.sandbox.process import Child

CHILD = "product_health.query.child"


class Sandbox(Child):
    """A child process that answers SELECTs on a file; a context manager.

    The file is opened read-only, nothing outside it can be reached, no setting be changed, and
    memory and time are limited by the system, because DuckDB's own limits let some SQL through.
    """

    def __init__(self, path: Path) -> None:
        """Start the child; it opens the file with the first question."""
        super().__init__(CHILD, LIMITS, str(path))

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a SELECT; UserError where it is none, cannot be run, or goes beyond a limit."""
        said = self.ask({"sql": sql})
        if "error" in said:
            raise UserError(said["error"])
        return [
            {name: _read(value) for name, value in zip(said["names"], row, strict=True)}
            for row in said["rows"]
        ]


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    text: str = value["time"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
