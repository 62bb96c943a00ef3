"""`product-health check`: whether what lands and what is published look as they should."""

import contextlib
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import click
import duckdb

from product_health import terminal
from product_health.built import doubt
from product_health.check.catalog import Catalog, fingerprint, read_catalog
from product_health.check.engine import gx_version, opened
from product_health.check.placeholders import Placeholders, placeholders
from product_health.check.report import Report, as_html, as_json, as_lines, as_table
from product_health.check.results import DOCS, RESULT
from product_health.check.run import look_over, planned, run
from product_health.check.suites import Suite, read_suites, suite_files
from product_health.contract import load_contract
from product_health.files import write_whole
from product_health.project import find_project
from product_health.warehouse import open_warehouse, warehouse_path

SPILL = Path("target/check_spill")
# Leaves room for Great Expectations itself, some 300 MB, below a gigabyte.
MEMORY_LIMIT = "500MB"


@click.command("check")
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last date that sources should be whole for; the newest of their heartbeats without.",
)
@click.option("--suite", "only", multiple=True, help="Suite to check, such as landed/freshness.")
def check(*, on: datetime | None, only: tuple[str, ...]) -> None:
    """Check the expectations in tests/expectations/ of what lands and what is published.

    Writes target/data_docs/index.html and target/check.json. Exit code 1 where an expectation of
    severity error does not hold.
    """
    project = find_project(Path.cwd())
    # a misspelt name leaves all as it is
    suite_files(project, only)
    for path in (DOCS, RESULT):
        # a check that breaks off must not leave the word of an earlier one
        (project / path).unlink(missing_ok=True)
    suites = read_suites(project, only)
    with _reading(project) as connection:
        report = _checked(project, connection, suites, on.date() if on else None)
    write_whole(project / DOCS, as_html(report))
    write_whole(project / RESULT, as_json(report))
    _show(report)
    _tell_doubt(project)
    if report.failed("error"):
        sys.exit(1)


@contextlib.contextmanager
def _reading(project: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse within the memory and the folders that a check may use."""
    # the landing views read paths relative to the project
    with contextlib.chdir(project), open_warehouse(project) as connection:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"set temp_directory = '{SPILL}'")
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _checked(
    project: Path,
    connection: duckdb.DuckDBPyConnection,
    suites: list[Suite],
    on: date | None,
) -> Report:
    catalog = read_catalog(connection)
    values = placeholders(project, connection, on)
    checks = planned(suites, catalog, values)
    look_over(checks, catalog, connection)
    progress = _Progress(len(suites))
    progress.tell("loading Great Expectations")
    show = _showable(project, catalog)
    with opened(connection) as engine:
        for suite in suites:
            for one in suite.expectations:
                engine.compile(suite, one)
        outcomes = run(engine, checks, connection, show, progress.next)
    progress.done(len(outcomes))
    return Report(
        checked_at=datetime.now(UTC),
        database=_database(project, connection, catalog, values),
        made_with={"great-expectations": gx_version(), "duckdb": duckdb.__version__},
        suites=tuple(suites),
        outcomes=tuple(outcomes),
    )


def _showable(project: Path, catalog: Catalog) -> set[str]:
    """Give the texts that evidence may show: names of the project, which are no data."""
    columns = {column for columns in catalog.relations.values() for column in columns}
    return {*load_contract(project).entities, *columns}


def _database(
    project: Path, connection: duckdb.DuckDBPyConnection, catalog: Catalog, values: Placeholders
) -> dict[str, str | int]:
    path = warehouse_path(project)
    return {
        "path": str(path.relative_to(project)) if path.is_relative_to(project) else path.name,
        "bytes": path.stat().st_size,
        "fingerprint": fingerprint(connection, catalog),
        "reference_time": values.values["reference_time"].removeprefix("timestamp ").strip("'"),
    }


def _show(report: Report) -> None:
    for line in as_lines(report.outcomes):
        terminal.write(line)
    terminal.write(as_table(report))
    terminal.write(f"\n{report.verdict}: {DOCS}, {RESULT}")


def _tell_doubt(project: Path) -> None:
    if doubted := doubt(project, warehouse_path(project)):
        terminal.write(f"note: {doubted}, and will not be published", err=True)


class _Progress:
    """Says on stderr what is being done."""

    def __init__(self, suites: int) -> None:
        self._suites = suites
        self._begun = 0
        self._start = time.monotonic()

    def tell(self, text: str) -> None:
        terminal.write(text, err=True)

    def next(self, suite: str) -> None:
        self._begun += 1
        self.tell(f"checking {suite} ({self._begun} of {self._suites})")

    def done(self, expectations: int) -> None:
        seconds = time.monotonic() - self._start
        self.tell(f"{expectations:,} expectations in {seconds:.1f} s\n")
