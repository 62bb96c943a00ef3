"""dbt in this process, on a project in any folder, leaving nothing in it."""

import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from product_health.compiled.mistakes import mistakes
from product_health.errors import UserError

# The database that a compile sees; relations are named after it.
DATABASE = "product_health"


class DbtError(UserError):
    """A dbt command failed; the message is what it said, in a line."""


# What dbt says before and after the reason itself.
FRAME = ("Encountered an error:", "Compilation Error", "Parsing Error", "Runtime Error")
CYCLE = "Found a cycle"
# What dbt puts before the name of a macro for Jinja.
MACRO_PREFIX = "dbt_macro__"
ASIDES = ("Traceback (most recent call last)", "Raw Error:")


def reason(said: Iterable[str]) -> str:
    """Give what dbt said in a line: once, and without its own stack traces."""
    lines: dict[str, None] = {}
    for text in said:
        for line in map(str.strip, text.splitlines()):
            if line.startswith(ASIDES):
                break
            if line and line not in FRAME and set(line) != {"-"}:
                lines[line] = None
    told = " ".join(lines).replace(MACRO_PREFIX, "") or "it said nothing"
    return f"{told}; take one out of what the other is made of" if CYCLE in told else told


@dataclass(frozen=True)
class Dbt:
    """A project, and a folder for what dbt writes: artifacts, logs, an empty database."""

    project: Path
    scratch: Path
    manifest: Any = None

    @property
    def target(self) -> Path:
        """The folder of dbt's artifacts."""
        return self.scratch / "target"

    @property
    def database(self) -> Path:
        """The database file; dbt names the database after it."""
        return self.scratch / f"{DATABASE}.duckdb"

    def __call__(self, command: str, *options: str, **variables: Any) -> Any:
        """Run a command with some vars and give its result; DbtError if it fails."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        said: list[str] = []

        def listen(event: Any) -> None:
            if event.info.level == "error":
                said.append(event.info.msg.strip())

        self.scratch.mkdir(parents=True, exist_ok=True)
        runner = dbtRunner(manifest=self.manifest, callbacks=[listen])
        # dbt also prints what it says
        with environment(self.database), redirect_stdout(io.StringIO()):
            outcome = runner.invoke([command, "--quiet", *options, *self.places(variables)])
        # or else the database stays open in this process, and nobody else can use it
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if not outcome.success:
            told = f"dbt {command}: {reason([*said, str(outcome.exception or '')])}"
            raise DbtError("\n".join(mistakes(self.project)) or told)
        return outcome.result

    def places(self, variables: dict[str, Any]) -> list[str]:
        """Give the options that every command needs."""
        return [
            *("--vars", json.dumps(variables)),
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target-path", str(self.target), "--log-path", str(self.scratch / "logs")),
            # a tenth of its time goes into a file that nobody reads
            *("--log-level-file", "none"),
        ]


@contextmanager
def environment(database: Path) -> Iterator[None]:
    """Let the profile point to a database."""
    with mock.patch.dict(os.environ, {"PRODUCT_HEALTH_DATABASE": str(database)}):
        yield
