"""A copy of the project in a git repository of its own, to change and to compare."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from harness.project import CACHE as COMPILED
from harness.project import variant
from product_health.cli import main
from product_health.compiled.cache import compiled
from product_health.lock.values import FIXED_COMPANY
from product_health.meaning.definitions import Definitions
from product_health.repository import CACHE
from product_health.review.review import Data, Review, Side, Stopwatch, review
from product_health.workbench.bench import Workbench
from product_health.workbench.rows import CsvFolder

FOLDERS = (
    *("models", "macros", "metrics", "seeds", "tests/generic", "tests/singular", FIXED_COMPANY),
    "scripts/product_health/systems",
)
FILES = ("dbt_project.yml", "profiles.yml", "CHANGELOG.md")
TODAY = date(2026, 1, 31)

Edit = Callable[["Scratch"], None]


@dataclass
class Scratch:
    """The copy; `undo` brings it back to its only commit."""

    root: Path

    def git(self, *arguments: str) -> str:
        """Run git in the copy, as nobody in particular."""
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
        command = ["git", "-C", str(self.root), *who, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        return done.stdout.strip()

    def commit(self, message: str = "changed") -> str:
        """Commit everything and give the id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def undo(self) -> None:
        """Forget all changes, commits too."""
        self.git("checkout", "--quiet", "--force", "-B", "main", "start")
        self.git("clean", "--quiet", "--force", "-d")
        for branch in self.git("branch", "--format=%(refname:short)").split():
            if branch != "main":
                self.git("branch", "--quiet", "-D", branch)

    def path(self, name: str) -> Path:
        """Find a file by its name, or by its path."""
        direct = self.root / name
        found = [direct] if direct.exists() else sorted(self.root.glob(f"[ms]*/**/{name}"))
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def edit(self, name: str, *pairs: tuple[str, str]) -> None:
        """Replace text that is in a file at least once."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text, f"{name} has no {old!r}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def definitions(self, **variables: Any) -> Definitions:
        """Compile the copy as it is; what was compiled before is remembered."""
        return Definitions(compiled(self.root, self.root / CACHE / "compiled", **variables))

    def run(self, *arguments: str) -> Result:
        """Run `product-health` in the copy; what it raises is no answer."""
        with contextlib.chdir(self.root):
            result = CliRunner().invoke(main, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def data(self) -> Data:
        """The fixed company."""
        return Data("the fixed company", CsvFolder(self.root / FIXED_COMPANY))


def scratch_copy(project: Path, root: Path) -> Scratch:
    """Copy a project to a folder, with what was compiled of it, and commit it as `start`."""
    for folder in FOLDERS:
        shutil.copytree(project / folder, root / folder)
    for file in FILES:
        shutil.copy(project / file, root / file)
    (root / ".gitignore").write_text("/target/\n/logs/\n/landing/\n/.warehouse/\n")
    variant()
    shutil.copytree(COMPILED, root / CACHE / "compiled")
    copy = Scratch(root)
    copy.git("init", "--quiet", "--initial-branch", "main")
    copy.commit("start")
    copy.git("tag", "start")
    return copy


def reviewed(base: Definitions, head: Definitions, data: Data) -> Review:
    """Compare two states on the same rows."""
    sides = Side("before", base), Side("after", head)
    return review(*sides, data, TODAY, Stopwatch())


def write_warehouse(copy: Scratch, definitions: Definitions, *metrics: str) -> Path:
    """Write the marts of some metrics, built from the fixed company, where dbt would build them."""
    path = copy.root / ".warehouse" / "product_health.duckdb"
    path.parent.mkdir(exist_ok=True)
    marts = {mart for name in metrics for mart in definitions.catalogue.metrics[name].marts}
    project = definitions.project
    with Workbench(copy.data().rows) as bench:
        bench.query(project, f"attach '{path}' as built")
        bench.query(project, "create schema built.marts")
        for model in project.models:
            name = model.relation.replace('"', "").split(".")[-1]
            if name in marts:
                rows = f"select * from {model.relation}"
                bench.query(project, f"create table built.marts.{name} as {rows}")
        bench.query(project, "detach built")
    return path


def refused(result: Result) -> str:
    """Give the one line of an error; a stack trace, or more lines, are none."""
    assert result.exit_code == 1, result.output
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("error: "), result.stderr
    assert "Traceback" not in result.output
    assert len([line for line in result.stderr.splitlines() if line.startswith("error: ")]) == 1
    return last.removeprefix("error: ")
