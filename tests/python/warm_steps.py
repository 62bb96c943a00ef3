"""Processes that start with their libraries loaded.

To load them takes longer than to check a small company, and nothing can go wrong meanwhile.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

LIBRARIES = (
    *("dbt.cli.main", "dbt.adapters.duckdb", "great_expectations", "pytest"),
    *("product_health.check.command", "product_health.publish.command"),
)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(list(LIBRARIES))


class WarmProcess:
    """`python -m MODULE ARGUMENTS` in a folder, with as much of subprocess.Popen as is needed."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], module: str, *arguments: str
    ) -> None:
        self._said = folder.parent / f"said-by-{module}.txt"
        told = (folder, dict(environment), self._said, module, *arguments)
        self._process = FORKS.Process(target=_run, args=told)
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.exitcode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; gives what it said, errors too. TimeoutExpired where it goes on."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._said.name, timeout or 0)
        return self._said.read_text(encoding="utf-8"), ""

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()


def _run(
    folder: Path, environment: dict[str, str], said: Path, module: str, *arguments: str
) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    with said.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        # a fork leaves these out; dbt lets go of the database in one
        atexit._run_exitfuncs()  # noqa: SLF001
