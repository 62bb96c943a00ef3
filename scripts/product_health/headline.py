"""`product-health headline`: the last complete values of what people ask for first."""

import contextlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import duckdb

from product_health import terminal
from product_health.built import doubt
from product_health.check.results import DOCS
from product_health.errors import UserError
from product_health.project import find_project
from product_health.publish.duckdb_files import FILE
from product_health.publish.sets import CURRENT, PUBLISHED
from product_health.report import PAGE
from product_health.warehouse import open_warehouse, warehouse_path


@dataclass(frozen=True)
class Headline:
    """A number of the last complete date of a mart, with a full window where it looks back.

    `columns` are read from `mart` and shown by `template`, in order.
    """

    label: str
    mart: str
    columns: tuple[str, ...]
    template: str
    looks_back: bool = True

    def read(self, connection: duckdb.DuckDBPyConnection) -> tuple[str, date | None]:
        """Return the value as text and its date, or why there is none."""
        complete = f"from marts.{self.mart}_v1 where is_complete"
        row = connection.execute(
            f"select date_day, {', '.join(self.columns)} {complete} "
            f"{'and has_full_window ' if self.looks_back else ''}order by date_day desc limit 1"
        ).fetchone()
        if row and row[1] is not None:
            shown = ["unknown" if value is None else value for value in row[1:]]
            return self.template.format(*shown), row[0]
        if row:
            return "no value: nothing to measure", row[0]
        last = connection.execute(f"select date_day {complete} order by 1 desc limit 1").fetchone()
        if last:
            return "none yet: it looks back on dates that are not there", last[0]
        return "none yet: no date is complete", None


SMALL_SAMPLE = "case when is_small_sample then ', a small sample' else '' end"

HEADLINES = (
    Headline("DAU", "usage_daily", ("dau",), "{:,}", looks_back=False),
    Headline("MAU", "usage_daily", ("mau",), "{:,}"),
    Headline("Stickiness", "usage_daily", ("100 * stickiness",), "{:.1f} %"),
    Headline("Overall adoption", "adoption_daily", ("100 * overall_adoption",), "{:.1f} %"),
    Headline(
        "NPS",
        "nps_daily",
        ("nps", "round(margin_of_error, 1)", "responses", SMALL_SAMPLE),
        "{:.0f} ± {} ({:,} answers{})",
    ),
    Headline(
        "Median first reply",
        "support_daily",
        ("median_first_reply_minutes / 60",),
        "{:.1f} hours",
    ),
)

PLACES = {
    PAGE: "the product health page: open it in a browser",
    DOCS: "what was checked of the data, and how it went",
    PUBLISHED / CURRENT / FILE: "the marts, for BI tools; the same as Parquet beside it",
}
COMMANDS = {
    "product-health query nps --by plan": "a metric by segment and period",
    "dbt docs generate && dbt docs serve": "every mart and column",
    "README.md, 'Bring your own data'": "land your own files",
}


def headline_table(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the table of headline numbers, each with its date and the mart it stands in."""
    read = [(one, *one.read(connection)) for one in HEADLINES]
    rows = ((one.label, text, day or "", f"{one.mart}_v1") for one, text, day in read)
    return terminal.table(("Metric", "Value", "On", "Mart"), rows)


def loads_not_built(connection: duckdb.DuckDBPyConnection, project: Path) -> str:
    """Say how many loads with rows the warehouse was built without; nothing where none."""
    with contextlib.chdir(project):  # the landing views read paths relative to the project
        try:
            row = connection.execute(
                "select count(distinct load_id) from landing.loads where undone_at is null "
                "and row_count > 0 and (entity, load_id) not in "
                "(select (entity, load_id) from intermediate.int_row_accounting)"
            ).fetchone()
        except duckdb.IOException:
            return "What was landed since is not known: the landing folder is not where it was."
    behind = row[0] if row else 0
    told = f"Not in these numbers: {behind:,} loads that were landed since; run `dbt build`."
    return told if behind else ""


def _places(project: Path) -> dict[str, str]:
    """Give what can be looked at, and say where it is of an earlier build."""
    built_at = warehouse_path(project).stat().st_mtime
    there = {path: told for path, told in PLACES.items() if (project / path).exists()}
    return {
        str(path): f"of an earlier build: {told}" if is_older else told
        for path, told in there.items()
        for is_older in [(project / path).stat().st_mtime < built_at]
    }


@click.command()
def headline() -> None:
    """Show the headline numbers of the last complete date."""
    project = find_project(Path.cwd())
    with open_warehouse(project) as connection:
        try:
            table = headline_table(connection)
        except duckdb.CatalogException as error:
            message = f"the warehouse lacks a mart: {error}; run `dbt build` and read its errors"
            raise UserError(message) from error
        behind = loads_not_built(connection, project)
    terminal.write(table)
    doubted = doubt(project, warehouse_path(project))
    wrong = f"These numbers may be wrong: {doubted}." if doubted else ""
    steps = _places(project)
    lines = [f"  {step:<43}{told}" for step, told in (steps | COMMANDS).items()]
    notes = [f"\n{note}" for note in (wrong, behind) if note]
    text = "\n".join([*notes, "\nWhere to look next:", *lines])
    terminal.write(text)
