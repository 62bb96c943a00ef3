"""Builds by dbt itself, and what they leave in the database."""

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from harness.landing import landed
from harness.project import ROOT, parsed_once, variant
from product_health.compiled.dbt import Dbt, environment
from product_health.landing.store import LandingStore
from reference import Company, Row

WITHOUT_TRACE = ("--no-write-json",)
UNTESTED = ("--exclude-resource-type", "test", "unit_test")
BUILT = "OK created"


@dataclass(frozen=True)
class Build:
    """The project with a landing folder and a database of its own; it builds some marts only."""

    dbt: Dbt
    marts: tuple[str, ...]

    @property
    def landing(self) -> Path:
        """The landing folder."""
        return self.dbt.scratch / "landing"

    def land(self, company: Company, load_ids: tuple[int, ...]) -> LandingStore:
        """Land the next loads of a company."""
        return landed(self.landing, company, load_ids)

    @property
    def selection(self) -> list[str]:
        """The marts and all that they are built from, without tests, as options of dbt."""
        return ["--select", *(f"+{mart}" for mart in self.marts), *UNTESTED]

    def run(self, *options: str, **variables: object) -> None:
        """Run `dbt build`; DbtError if it fails."""
        variables = {"landing_path": str(self.landing), **variables}
        self.dbt("build", *WITHOUT_TRACE, *self.selection, *options, **variables)

    def run_all(self) -> None:
        """Run `dbt build` for all models."""
        self.dbt("build", *WITHOUT_TRACE, *UNTESTED, landing_path=str(self.landing))

    def rows(self, model: str) -> list[Row]:
        """Give the rows of a model."""
        with duckdb.connect(str(self.dbt.database), read_only=True) as connection:
            found = connection.execute(f"select * from {variant().model(model).relation}")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def contents(self) -> dict[str, list[str]]:
        """Give the rows of every table built to the last digit, whatever their order."""
        built = variant().needed_for(self.marts)
        tables = [model for model in variant().models if model.name in built]
        with duckdb.connect(str(self.dbt.database), read_only=True) as connection:
            return {
                model.name: sorted(
                    map(repr, connection.execute(f"select * from {model.relation}").fetchall())
                )
                for model in tables
                if model.kind != "view"
            }

    def kill_midway(self, rng: random.Random) -> None:
        """Start `dbt build` as a process, and kill it after a random number of models."""
        places = self.dbt.places({"landing_path": str(self.landing)})
        with environment(self.dbt.database):
            process = subprocess.Popen(  # noqa: S603 - nothing here comes from outside
                [
                    sys.executable,
                    "-m",
                    "dbt.cli.main",
                    "build",
                    *WITHOUT_TRACE,
                    *self.selection,
                    *places,
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        left = rng.randint(0, len(variant().needed_for(self.marts)))
        for line in process.stdout or ():
            left -= BUILT in line
            if left <= 0:
                break
        time.sleep(rng.choice((0, rng.random() / 10)))
        process.kill()
        process.communicate()


def parsed(folder: Path, marts: tuple[str, ...]) -> Build:
    """Give a build in a folder of its own with nothing landed, for which dbt has parsed already."""
    return Build(Dbt(ROOT, folder, parsed_once()), marts)
