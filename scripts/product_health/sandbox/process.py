"""A child process that answers one line of JSON with another, within limits."""

import json
import os
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any, Self

from product_health.errors import UserError
from product_health.sandbox.limits import Limits

KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
MOST_CHARACTERS = 200_000_000


class Child:
    """A process that runs one of our modules; a context manager, which ends it."""

    def __init__(self, module: str, limits: Limits, *arguments: str) -> None:
        """Start the module with these arguments; it must limit itself (see `limits`)."""
        self._limits = limits
        self._process = subprocess.Popen(  # noqa: S603 - our own module, and values as arguments
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(),
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self._process.kill()
        self._process.communicate()

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; UserError where the child went beyond a limit or ended."""
        assert self._process.stdin  # noqa: S101 - Popen was told to make pipes
        assert self._process.stdout  # noqa: S101
        alarm = threading.Timer(self._limits.wall_seconds, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline(MOST_CHARACTERS)
        except BrokenPipeError:
            line = ""
        finally:
            alarm.cancel()
        if not line.endswith("\n"):
            raise UserError(self._ended())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ended(self) -> str:
        """Say why the child is no more."""
        self._process.kill()
        _, errors = self._process.communicate()
        code = -self._process.returncode
        if code in {signal.SIGXCPU, signal.SIGKILL}:
            return f"it takes more than {self._limits.cpu_seconds} seconds"
        last = "".join(errors.strip().splitlines()[-1:])
        if "lock" in last:
            return "the database is being written; try again after it"
        if code == signal.SIGABRT or "alloc" in last or "Memory" in last:
            return "it needs too much memory"
        return f"it could not be run ({last or code})"


def _environment() -> dict[str, str]:
    """Return what a child needs to start, and none of the user's secrets."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    # or else each thread reserves memory that it never uses, and that counts
    return {**kept, "MALLOC_ARENA_MAX": "2"}
