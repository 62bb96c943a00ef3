"""Builds by dbt itself, and what they leave in the database."""

import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from harness.dbt import Dbt, environment
from harness.landing import landed
from harness.project import compiled_variants
from product_health.landing.store import LandingStore
from reference import Company, Row

UNTESTED = ("--exclude-resource-type", "test", "unit_test")
BUILT = "OK created"


@dataclass(frozen=True)
class Build:
    """A copy of the project with a landing folder of its own; it builds some marts only."""

    dbt: Dbt
    marts: tuple[str, ...]

    @property
    def landing(self) -> Path:
        """The landing folder."""
        return self.dbt.folder / "landing"

    def land(self, company: Company, load_ids: tuple[int, ...]) -> LandingStore:
        """Land the next loads of a company."""
        return landed(self.landing, company, load_ids)

    @property
    def selection(self) -> list[str]:
        """The marts and all that they are built from, without tests, as options of dbt."""
        return ["--select", *(f"+{mart}" for mart in self.marts), *UNTESTED]

    def run(self, *options: str, **variables: object) -> None:
        """Run `dbt build`; DbtError if it fails."""
        self.dbt("build", *self.selection, *options, landing_path=str(self.landing), **variables)

    def run_all(self) -> None:
        """Run `dbt build` for all models."""
        self.dbt("build", *UNTESTED, landing_path=str(self.landing))

    def rows(self, model: str) -> list[Row]:
        """Give the rows of a model."""
        nodes = {node.name: node for node in self.dbt.manifest.nodes.values()}
        with duckdb.connect(str(self.dbt.database), read_only=True) as connection:
            found = connection.execute(f"select * from {nodes[model].relation_name}")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def contents(self) -> dict[str, list[str]]:
        """Give the rows of every table built to the last digit, whatever their order."""
        built = compiled_variants()["utc"].upstream(self.marts)
        with duckdb.connect(str(self.dbt.database), read_only=True) as connection:
            return {
                node.name: sorted(
                    map(repr, connection.execute(f"select * from {node.relation_name}").fetchall())
                )
                for node in self.dbt.manifest.nodes.values()
                if node.name in built and node.config.materialized != "view"
            }

    def kill_midway(self, rng: random.Random) -> None:
        """Start `dbt build` as a process, and kill it after a random number of models."""
        places = self.dbt.places({"landing_path": str(self.landing)})
        places.remove("--quiet")
        with environment(self.dbt.database):
            process = subprocess.Popen(  # noqa: S603 - nothing here comes from outside
                [sys.executable, "-m", "dbt.cli.main", "build", *self.selection, *places],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        left = rng.randint(0, len(compiled_variants()["utc"].upstream(self.marts)))
        for line in process.stdout or ():
            left -= BUILT in line
            if left <= 0:
                break
        time.sleep(rng.choice((0, rng.random() / 10)))
        process.kill()
        process.communicate()
