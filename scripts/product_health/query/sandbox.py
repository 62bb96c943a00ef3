"""Questions of a user, answered where one database file can be read and nothing else be done."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from product_health.errors import UserError
from product_health.query.child import CPU_SECONDS

CHILD = "product_health.query.child"
# A child that waits instead of computing is ended too.
WALL_SECONDS = 2 * CPU_SECONDS
KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
MOST_CHARACTERS = 200_000_000


class Sandbox:
    """A child process that writes SQL of metrics and answers it on a file; a context manager.

    The file is opened read-only, nothing outside it can be reached, no setting be changed, and
    memory and time are limited by the system, because DuckDB's own limits let some SQL through.
    """

    def __init__(self, path: Path) -> None:
        """Start the child; it opens the file with the first question."""
        self._child = subprocess.Popen(  # noqa: S603 - our own module, and a path as an argument
            [sys.executable, "-m", CHILD, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(),
        )

    def __enter__(self) -> Self:
        """Give the sandbox itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self._child.kill()
        self._child.communicate()

    def rows(self, sql: str, values: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Run a SELECT with the values of its parameters.

        UserError where it is none, cannot be run, or goes beyond a limit.
        """
        said = self._ask({"sql": sql, "values": dict(values or {})})
        return [
            {name: _read(value) for name, value in zip(said["names"], row, strict=True)}
            for row in said["rows"]
        ]

    def sql(self, manifest: str, metric: str, group_by: Sequence[str], where: Sequence[str]) -> str:
        """Have MetricFlow write the SQL of a metric; UserError where it refuses, or as `rows`."""
        names = {"metric": metric, "group_by": list(group_by), "where": list(where)}
        written: str = self._ask({"manifest": manifest, **names})["sql"]
        return written

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._child.stdin  # noqa: S101 - Popen was told to make pipes
        assert self._child.stdout  # noqa: S101
        alarm = threading.Timer(WALL_SECONDS, self._child.kill)
        alarm.start()
        try:
            self._child.stdin.write(json.dumps(question) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline(MOST_CHARACTERS)
        except BrokenPipeError:
            line = ""
        finally:
            alarm.cancel()
        if not line.endswith("\n"):
            raise UserError(self._ended())
        found: dict[str, Any] = json.loads(line)
        if "error" in found:
            raise UserError(found["error"])
        return found

    def _ended(self) -> str:
        """Say why the child is no more."""
        self._child.kill()
        _, errors = self._child.communicate()
        code = -self._child.returncode
        if code in {signal.SIGXCPU, signal.SIGKILL}:
            return f"it takes more than {CPU_SECONDS} seconds"
        last = errors.strip().splitlines()[-1:]
        if "lock" in "".join(last):
            return "the database is being written; try again after it"
        if code == signal.SIGABRT or "alloc" in "".join(last) or "Memory" in "".join(last):
            return "it needs too much memory"
        return f"it could not be run ({' '.join(last) or code})"


def _environment() -> dict[str, str]:
    """Give the child what it needs to start, and none of the user's secrets."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    # or else each thread reserves memory that it never uses, and that counts
    return {**kept, "MALLOC_ARENA_MAX": "2"}


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    text: str = value["time"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
