"""`product-health query`: a metric by period and segment."""

from pathlib import Path

import click
import duckdb

from product_health.compiled.cache import compiled
from product_health.compiled.dbt import DATABASE
from product_health.errors import UserError
from product_health.meaning.definitions import Definitions, preferred_grain
from product_health.project import find_project
from product_health.query.answers import Question, Rows, Run, answer
from product_health.query.output import as_csv, as_json, plot, table
from product_health.repository import CACHE
from product_health.semantics.catalogue import GRAINS
from product_health.warehouse import open_warehouse, warehouse_path

WRITERS = {"table": table, "csv": as_csv, "json": as_json}


@click.command("query")
@click.argument("metrics", nargs=-1, required=True)
@click.option("--by", multiple=True, help="Dimension to split by, such as plan; may be repeated.")
@click.option("--grain", type=click.Choice(GRAINS), help="Length of period; the last one without.")
@click.option("--where", help="Condition on dimensions and date: \"plan = 'growth'\".")
@click.option("--output", type=click.Choice(list(WRITERS)), default="table", show_default=True)
@click.option("--plot", "plot_file", type=click.Path(path_type=Path, dir_okay=False))
def query_command(  # noqa: PLR0913 - options
    *,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    grain: str | None,
    where: str | None,
    output: str,
    plot_file: Path | None,
) -> None:
    """Show METRICS by period and segment, as MetricFlow answers.

    For example: product-health query nps --by plan --grain month
    """
    project = find_project(Path.cwd())
    definitions = Definitions(compiled(project, project / CACHE / "compiled", tell=_tell))
    wanted = [definitions.catalogue.find(name) for name in metrics]
    with open_warehouse(project) as connection:
        run = _runner(connection, warehouse_path(project).stem)
        if plot_file and grain is None:
            # a chart of the last period alone would be a dot
            grain = preferred_grain(wanted[0].grains)
        answers = [answer(definitions, one, Question(by, grain, where), run) for one in wanted]
    if plot_file and len(answers) > 1:
        message = "--plot draws one metric; name one"
        raise UserError(message)
    click.echo(WRITERS[output](answers))
    for note in dict.fromkeys(note for one in answers for note in one.notes):
        click.echo(f"note: {note}", err=True)
    if plot_file:
        plot(answers[0], plot_file)
        click.echo(f"chart: {plot_file}", err=True)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _runner(connection: duckdb.DuckDBPyConnection, database: str) -> Run:
    """Give a function that runs SQL on the warehouse, whatever its file is called."""
    connection.execute("set enable_external_access = false; set lock_configuration = true")

    def run(sql: str) -> Rows:
        try:
            result = connection.execute(sql.replace(f'"{DATABASE}".', f'"{database}".'))
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            message = f"the warehouse cannot answer: {reason}; run `dbt build` if it is older"
            raise UserError(message) from error
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    return run
