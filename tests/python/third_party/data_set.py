"""Third-party data sets, landed and built as a user would, in a copy of the project.

The copy has a catalogue of its own; each data set has its own landing folder and database. dbt runs
in this process and parses the project once.
"""

import json
import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import yaml
from click.testing import CliRunner
from dbt.cli.main import dbtRunner

from built_warehouse import Reader
from product_health.cli import main

Row = dict[str, Any]
Tables = Mapping[str, list[Row]]

# Unit tests are not run here, and take time to parse.
LEFT_OUT = shutil.ignore_patterns("*__unit_tests.yml")
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")


@dataclass(frozen=True)
class Project:
    """A copy of the project, parsed."""

    folder: Path
    manifest: Any

    def relation(self, model: str) -> str:
        """Give the table or view of a model."""
        (node,) = (
            node
            for node in self.manifest.nodes.values()
            if node.resource_type == "model" and node.name == model
        )
        return str(node.relation_name)


def copy_project(root: Path, folder: Path, seeds: Mapping[str, str]) -> Project:
    """Copy the project with some seeds written anew, and parse it."""
    for name in ("models", "macros", "seeds", "tests/generic", "tests/singular"):
        shutil.copytree(root / name, folder / name, ignore=LEFT_OUT)
    shutil.copy(root / "dbt_project.yml", folder)
    for name, text in seeds.items():
        (folder / "seeds" / f"{name}.csv").write_text(text, encoding="utf-8")
    profile = yaml.safe_load((root / "profiles.yml").read_text(encoding="utf-8"))
    # or else dbt keeps the database open in this process, and nobody else can read it
    profile["product_health"]["outputs"]["duckdb"]["keep_open"] = False
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    with mock.patch.dict(os.environ, {"PRODUCT_HEALTH_DATABASE": "product_health.duckdb"}):
        manifest = _dbt(folder, ["parse"])
    return Project(folder, manifest)


@dataclass(frozen=True)
class DataSet:
    """A folder of third-party data on its way into a warehouse."""

    project: Project
    name: str
    source: Path

    @property
    def database(self) -> Path:
        """The warehouse; the name of the file is that of dbt's database."""
        return self.project.folder / "warehouses" / self.name / "product_health.duckdb"

    @property
    def landing(self) -> Path:
        """The landing folder."""
        return self.project.folder / "landing" / self.name

    def land(self, command: str) -> str:
        """Run a command as it is typed, with {raw} for the data's folder; give what it prints."""
        program, *arguments = shlex.split(command)
        assert program == "product-health"
        arguments = [one.replace("{raw}", str(self.source / "raw")) for one in arguments]
        with chdir(self.project.folder):
            result = CliRunner().invoke(main, [*arguments, "--into", str(self.landing)])
        assert result.exit_code == 0, result.output
        return result.output

    def build(
        self, select: str, read: Sequence[str], *, tested: bool = False, **variables: Any
    ) -> Tables:
        """Run `dbt build --select ...` with some vars and give the rows of some models."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        said = json.dumps({"landing_path": str(self.landing), **variables})
        arguments = ["build", "--select", *select.split(), "--vars", said]
        arguments += ["--indirect-selection", "cautious"]
        arguments += ["--exclude-resource-type", "unit_test"] if tested else NO_TESTS
        with mock.patch.dict(os.environ, {"PRODUCT_HEALTH_DATABASE": str(self.database)}):
            _dbt(self.project.folder, arguments, self.project.manifest)
        with duckdb.connect(str(self.database), read_only=True) as connection:
            reader = Reader(connection)
            return {
                name: reader.records(f"select * from {self.project.relation(name)}")
                for name in read
            }


def _dbt(folder: Path, arguments: list[str], manifest: Any = None) -> Any:
    """Run dbt in this process and give its result; an error tells what failed."""
    places = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    places += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    outcome = dbtRunner(manifest=manifest).invoke(
        [*arguments, "--quiet", "--no-write-json", *places]
    )
    failed = [
        f"{one.node.name}: {one.message}"
        for one in getattr(outcome.result, "results", [])
        if one.status in {"error", "fail"}
    ]
    assert outcome.success, failed or outcome.exception
    return outcome.result
