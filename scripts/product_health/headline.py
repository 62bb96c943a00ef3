"""`product-health headline`: the last complete values of what people ask for first."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import duckdb
from rich.console import Console
from rich.table import Table

from product_health.errors import UserError
from product_health.project import find_project
from product_health.warehouse import open_warehouse


@dataclass(frozen=True)
class Headline:
    """A number of the last complete date of a mart with a full window.

    `columns` are read from `mart` and shown by `template`, in order.
    """

    label: str
    mart: str
    columns: tuple[str, ...]
    template: str

    def read(self, connection: duckdb.DuckDBPyConnection) -> tuple[str, date] | None:
        """Return the value as text and its date; None where there is no such date or value."""
        row = connection.execute(
            f"select date_day, {', '.join(self.columns)} from marts.{self.mart}_v1 "
            "where is_complete and has_full_window order by date_day desc limit 1"
        ).fetchone()
        if row is None or row[1] is None:
            return None
        shown = ["unknown" if value is None else value for value in row[1:]]
        return self.template.format(*shown), row[0]


SMALL_SAMPLE = "case when is_small_sample then ', a small sample' else '' end"

HEADLINES = (
    Headline("DAU", "usage_daily", ("dau",), "{:,}"),
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

NEXT_STEPS = """Where to look next:
  dbt show --inline "select * from {{ ref('usage_daily') }} order by 1 desc"   rows of a mart
  dbt docs generate && dbt docs serve                                        every mart and column
  README.md, 'Bring your own data'                                           land your own files"""


def headline_table(connection: duckdb.DuckDBPyConnection) -> Table:
    """Return the table of headline numbers, each with its date and the mart it stands in."""
    table = Table("Metric", "Value", "On", "Mart", box=None, pad_edge=False)
    for headline in HEADLINES:
        text, day = headline.read(connection) or ("no complete value yet", "")
        table.add_row(headline.label, text, str(day), f"{headline.mart}_v1")
    return table


@click.command()
def headline() -> None:
    """Show the headline numbers of the last complete date."""
    project = find_project(Path.cwd())
    console = Console()
    with open_warehouse(project) as connection:
        try:
            table = headline_table(connection)
        except duckdb.CatalogException as error:
            message = f"the warehouse lacks a mart: {error}; run `dbt build` and read its errors"
            raise UserError(message) from error
    console.print(table)
    console.print(f"\n{NEXT_STEPS}", markup=False, highlight=False, soft_wrap=True)
