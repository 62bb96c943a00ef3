"""A project with a small warehouse, and what `product-health check` says of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner

from product_health.check.results import DOCS, RESULT
from product_health.cli import main

SOUND = Path(__file__).parent / "check" / "sound_warehouse.sql"


@dataclass(frozen=True)
class Answer:
    """What the command said and wrote."""

    exit_code: int
    said: str
    page: str
    written: str

    @property
    def failed(self) -> dict[str, str]:
        """Severity of each expectation that does not hold, by suite and name."""
        found: dict[str, str] = {}
        for suite in self.document["suites"]:
            for one in suite["expectations"]:
                if not one["success"]:
                    found[f"{suite['suite']}/{one['name']}"] = one["severity"]
        return found

    @property
    def document(self) -> dict[str, Any]:
        """The result file."""
        found: dict[str, Any] = json.loads(self.written)
        return found


@dataclass(frozen=True)
class Checked:
    """A project in which `product-health check` runs."""

    folder: Path

    @property
    def database(self) -> Path:
        """Its warehouse."""
        return self.folder / ".warehouse" / "product_health.duckdb"

    def sql(self, *statements: str) -> None:
        """Change the warehouse."""
        with duckdb.connect(self.database) as connection:
            for statement in statements:
                connection.execute(statement)

    def suite(self, name: str, text: str) -> None:
        """Write a suite."""
        path = self.folder / "tests" / "expectations" / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def __call__(self, *options: str) -> Answer:
        """Run the command."""
        written = self.folder / RESULT, self.folder / DOCS
        for path in written:
            path.unlink(missing_ok=True)
        ran = CliRunner().invoke(main, ["check", *options], catch_exceptions=True)
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        result, page = (
            path.read_text(encoding="utf-8") if path.exists() else "" for path in written
        )
        return Answer(ran.exit_code, ran.output, page, result)
