"""dbt in this process, on a copy of the project that it parses once."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).parents[3]
FOLDERS = ("models", "macros", "seeds", "tests/generic", "tests/singular")
# They test SQL on rows of their own, and take time to parse.
LEFT_OUT = shutil.ignore_patterns("*__unit_tests.yml")
DATABASE = "product_health"


class DbtError(Exception):
    """A dbt command failed; the message is what it said."""


@dataclass(frozen=True)
class Dbt:
    """A parsed copy of the project, in a folder of its own."""

    folder: Path
    manifest: Any = None

    @property
    def database(self) -> Path:
        """The file that it builds into; dbt names the database after it."""
        return self.folder / f"{DATABASE}.duckdb"

    def __call__(self, command: str, *options: str, **variables: Any) -> Any:
        """Run a command with some vars and give its result; DbtError if it fails."""
        said: list[str] = []

        def listen(event: Any) -> None:
            if event.info.level == "error":
                said.append(event.info.msg)

        runner = dbtRunner(manifest=self.manifest, callbacks=[listen])
        with environment(self.database):
            outcome = runner.invoke([command, *options, *self.places(variables)])
        # or else the database stays open in this process, and nobody else can use it
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if not outcome.success:
            raise DbtError("\n".join([*said, str(outcome.exception or "")]))
        return outcome.result

    def places(self, variables: Mapping[str, Any]) -> list[str]:
        """Give the options that every command here needs."""
        return [
            *("--quiet", "--no-write-json", "--vars", json.dumps(dict(variables))),
            *("--project-dir", str(self.folder), "--profiles-dir", str(self.folder)),
            *("--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs")),
        ]


@contextmanager
def environment(database: Path) -> Iterator[None]:
    """Let the profile point to a database."""
    with mock.patch.dict(os.environ, {"PRODUCT_HEALTH_DATABASE": str(database)}):
        yield


def parsed_copy(folder: Path) -> Dbt:
    """Copy the project to a folder, and parse it."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    return Dbt(folder, Dbt(folder)("parse"))
