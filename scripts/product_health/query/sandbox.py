"""Questions of a user, answered where one database file can be read and nothing else be done."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from product_health.errors import UserError
from product_health.query.child import LIMITS
from product_health.sandbox.process import Child

CHILD = "product_health.query.child"


class Sandbox(Child):
    """A child process that writes SQL of metrics and answers it on a file; a context manager.

    The file is opened read-only, nothing outside it can be reached, no setting be changed, and
    memory and time are limited by the system, because DuckDB's own limits let some SQL through.
    """

    def __init__(self, path: Path) -> None:
        """Start the child; it opens the file with the first question."""
        super().__init__(CHILD, LIMITS, str(path))

    def rows(self, sql: str, values: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Run a SELECT with the values of its parameters.

        UserError where it is none, cannot be run, or goes beyond a limit.
        """
        said = self._answer({"sql": sql, "values": dict(values or {})})
        return [
            {name: _read(value) for name, value in zip(said["names"], row, strict=True)}
            for row in said["rows"]
        ]

    def sql(self, manifest: str, metric: str, group_by: Sequence[str], where: Sequence[str]) -> str:
        """Have MetricFlow write the SQL of a metric; UserError where it refuses, or as `rows`."""
        names = {"metric": metric, "group_by": list(group_by), "where": list(where)}
        written: str = self._answer({"manifest": manifest, **names})["sql"]
        return written

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        said = self.ask(question)
        if "error" in said:
            raise UserError(said["error"])
        return said


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    text: str = value["time"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
