"""The line as people type it: `dbt build`, `product-health check`, `product-health publish`.

Each step is a process that can be killed at a random moment, while others read what is published.
"""

import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

import publish_reader
from product_health.built import RUN_RESULTS
from product_health.check.results import RESULT, Verdict, read_result
from publishing_desk import DATABASE, Desk
from warm_steps import WarmProcess

STEPS = ("build", "check", "publish")
RUN = re.compile(r"\d{6}-\d{8}T\d{6}Z")
READERS = 8
UNTESTED = ("--exclude-resource-type", "test", "unit_test")


@dataclass
class Line:
    """The three steps on a desk: as people type them, or warm and without the tests of dbt."""

    desk: Desk
    is_typed: bool
    seconds: dict[str, float] = field(default_factory=dict)

    def start(self, step: str) -> subprocess.Popen[str] | WarmProcess:
        """Start a step as a process."""
        module = "dbt.cli.main" if step == "build" else "product_health"
        if self.is_typed:
            return self.desk.start(command=step, module=module)
        options = UNTESTED if step == "build" else ()
        environment = {DATABASE: str(self.desk.warehouse)}
        return WarmProcess(self.desk.folder, environment, module, step, *options)

    def run(self, step: str) -> None:
        """Run a step to its end, which must be a good one, and see how long it takes."""
        begin = time.monotonic()
        code, said = self.attempt(step)
        assert code == 0, f"{step}: {said[-2000:]}"
        self.seconds[step] = time.monotonic() - begin
        if step == "build" and not self.is_typed:
            # publish wants the word of the tests, which are tried elsewhere
            self.desk.pass_build()

    def attempt(self, step: str) -> tuple[int | None, str]:
        """Run a step to its end, whatever that is; gives its exit code and what it said."""
        process = self.start(step)
        said, errors = process.communicate()
        return process.returncode, said + errors

    def run_from(self, step: str) -> None:
        """Run a step and those after it."""
        for one in STEPS[STEPS.index(step) :]:
            self.run(one)

    def kill(self, step: str, rng: random.Random) -> None:
        """Start a step, and kill it after a random share of its time."""
        while not self._is_killed_at(rng.random() * self.seconds[step], step):
            pass

    def _is_killed_at(self, moment: float, step: str) -> bool:
        begin = time.monotonic()
        process = self.start(step)
        try:
            process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        # it was quicker than when it was measured
        self.seconds[step] = time.monotonic() - begin
        return False

    def numbers(self) -> dict[str, Any]:
        """Give what people read: every row of every mart, and every value of a metric."""
        history = "select metric, grain, period_start, value from meta.metric_history order by all"
        # to open the file takes longer than to read it
        with duckdb.connect(str(self.desk.file.resolve()), read_only=True) as file:
            tables = file.execute("select table_name from meta.tables").fetchall()
            found: dict[str, Any] = {
                table: file.execute(
                    f"select count(*), sum(hash(rows)) from {table} as rows"
                ).fetchall()
                for (table,) in tables
            }
            return {**found, "values of metrics": file.execute(history).fetchall()}

    def keep(self) -> None:
        """Keep what build and check have made."""
        for path, kept in self._kept().items():
            shutil.copy2(path, kept)

    def put_back(self) -> None:
        """Let the project be as after the build and the check that were kept."""
        self.begin_anew(None)
        for path, kept in self._kept().items():
            shutil.copy2(kept, path)

    def _kept(self) -> dict[Path, Path]:
        project, folder = self.desk.folder, self.desk.folder.parent
        paths = (self.desk.warehouse, project / RUN_RESULTS, project / RESULT)
        return {path: folder / f"kept-{path.name}" for path in paths}

    def forget_check(self) -> None:
        """Let a check that is about to start be the only one there was."""
        (self.desk.folder / RESULT).unlink(missing_ok=True)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Give what the last check found; nothing where it did not say its last word."""
        try:
            return read_result(self.desk.folder).verdicts
        except FileNotFoundError:
            return ()

    def begin_anew(self, earlier: Path | None) -> None:
        """Put an earlier warehouse, or none, in the place of what was built."""
        warehouse = self.desk.warehouse
        for path in (warehouse, warehouse.with_name(f"{warehouse.name}.wal")):
            path.unlink(missing_ok=True)
        if earlier:
            shutil.copy(earlier, warehouse)


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """Tell which published tables are not as they should be."""
    assert len(expected) > 1
    return [
        f"{name}: {str(found.get(name))[:200]} and not {str(rows)[:200]}"
        for name, rows in expected.items()
        if found.get(name) != rows
    ]


def shortened(warehouse: Path, copy: Path) -> Path:
    """Copy a warehouse with a row less in every mart, so that no two tables of both go together."""
    shutil.copy(warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        for (mart,) in marts:
            connection.execute(f"delete from marts.{mart} where rowid = 0")
    return copy


@dataclass(frozen=True)
class Watch:
    """Processes that read what is published all the while."""

    folder: Path
    readers: Sequence[subprocess.Popen[bytes]]

    def told(self) -> str:
        """Give what was not as it should be."""
        stopped = [f"a reader ended: {one.returncode}" for one in self.readers if one.poll()]
        errors = [path.read_text(encoding="utf-8") for path in self.folder.glob("*.errors")]
        wrong = [line for line in self._lines() if not RUN.fullmatch(line)]
        return "\n".join([*stopped, *filter(None, errors), *wrong[:5]])

    def seen(self) -> set[str]:
        """Give the runs that were read."""
        return set(self._lines())

    def _lines(self) -> Iterator[str]:
        for path in self.folder.glob("*.seen"):
            # the last line may be half written
            yield from path.read_text(encoding="utf-8").split("\n")[:-1]


@contextmanager
def watched(desk: Desk, folder: Path) -> Iterator[Watch]:
    """Let eight processes read what is published until the block ends."""
    stop = folder / "stop"
    command = [sys.executable, publish_reader.__file__, str(desk.sets.root), str(stop)]
    readers = []
    for number in range(READERS):
        with (
            (folder / f"{number}.seen").open("wb") as seen,
            (folder / f"{number}.errors").open("wb") as errors,
        ):
            readers.append(subprocess.Popen(command, stdout=seen, stderr=errors))  # noqa: S603
    try:
        yield Watch(folder, readers)
    finally:
        stop.touch()
        for reader in readers:
            reader.wait()
