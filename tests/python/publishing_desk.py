"""A project with a built warehouse, to publish from as often as a test needs."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from product_health.built import RUN_RESULTS, last_command
from product_health.check.results import RESULT
from product_health.check.suites import FOLDER
from product_health.publish.duckdb_files import FILE
from product_health.publish.gate import warehouse_fingerprint
from product_health.publish.run import Publishing
from product_health.publish.sets import PUBLISHED, Publication, PublishedSets
from product_health.repository import CACHE

DATABASE = "PRODUCT_HEALTH_DATABASE"
LINKED = ("models", "macros", "metrics", "seeds", "tests")
COPIED = ("dbt_project.yml", "profiles.yml")
NOON = datetime.fromisoformat("2026-02-05T12:00:00")


EXPECTATION = {
    "name": "it_holds",
    "relation": "marts.usage_daily_v1",
    "severity": "error",
    "description": "It holds.",
}


@dataclass(frozen=True)
class Desk:
    """A project in a folder of its own, whose files are those of the project under test."""

    folder: Path
    warehouse: Path

    @property
    def sets(self) -> PublishedSets:
        """What is published."""
        return PublishedSets(self.folder / PUBLISHED)

    @property
    def file(self) -> Path:
        """The database file that people read."""
        return self.sets.current / FILE

    def pass_gate(self) -> None:
        """Let build and check of the warehouse, as it is, have passed."""
        self.write(RESULT, self.check())
        self.pass_build()

    def pass_build(self) -> None:
        """Let the last build of the warehouse have passed."""
        results = {"args": {"which": "build"}, "results": []}
        build = {"invocation_id": last_command(self.warehouse)}
        self.write(RUN_RESULTS, results | {"metadata": build})

    def check(self) -> dict[str, Any]:
        """Give what a check of the warehouse, as it is, writes where all expectations hold."""
        folder = self.folder / FOLDER
        names = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.yml")]
        return {
            "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": {"fingerprint": warehouse_fingerprint(self.warehouse)},
            "suites": [
                {"suite": str(name), "expectations": [EXPECTATION | {"success": True}]}
                for name in names
            ],
        }

    def write(self, path: Path, said: object) -> None:
        """Write a file of target/."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_text(json.dumps(said), encoding="utf-8")

    def change(self, sql: str) -> None:
        """Change the warehouse, and let the gate pass."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(sql)
        self.pass_gate()

    def publish(self, now: datetime = NOON) -> Publication:
        """Publish in this process."""
        with self.environment():
            return Publishing(self.folder, self.sets, now, print).run()

    @contextmanager
    def environment(self) -> Iterator[None]:
        """Let the profile point to the warehouse."""
        with mock.patch.dict(os.environ, {DATABASE: str(self.warehouse)}):
            yield

    def start(
        self, *options: str, command: str = "publish", module: str = "product_health"
    ) -> subprocess.Popen[str]:
        """Start a command as a process."""
        return subprocess.Popen(  # noqa: S603 - nothing here comes from outside
            [sys.executable, "-m", module, command, *options],
            cwd=self.folder,
            env={**os.environ, DATABASE: str(self.warehouse)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *options: str, command: str = "publish") -> tuple[int, str, str]:
        """Run a command as a process; gives its exit code and what it said."""
        process = self.start(*options, command=command)
        said, errors = process.communicate()
        return process.returncode, said, errors

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query on what people read."""
        with duckdb.connect(str(self.file.resolve()), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def bytes_read(self) -> str:
        """Give a hash of every byte that people can read, and of every name."""
        digest = hashlib.sha256()
        for path in sorted(self.sets.current.resolve().rglob("*")):
            digest.update(str(path.relative_to(self.sets.root.resolve())).encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()


def set_up(folder: Path, root: Path, warehouse: Path, cache: Path) -> Desk:
    """Make a desk in a folder, with what was compiled before."""
    for name in LINKED:
        (folder / name).symlink_to(root / name)
    for name in COPIED:
        shutil.copy(root / name, folder)
    (folder / CACHE).parent.mkdir()
    (folder / CACHE).symlink_to(cache)
    desk = Desk(folder, warehouse)
    if warehouse.exists():
        desk.pass_gate()
    return desk
