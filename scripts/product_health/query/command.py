"""`product-health query`: a metric by period and segment."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import click

from product_health import terminal
from product_health.errors import UserError
from product_health.files import LocalPath
from product_health.meaning.definitions import Definitions, preferred_grain
from product_health.meaning.states import definitions_of
from product_health.project import find_project
from product_health.publish.duckdb_files import READINGS_THERE, located
from product_health.publish.readable import Readable, readable
from product_health.query.answers import Question, Rows, Run, answer
from product_health.query.output import as_csv, as_json, plot, refuse_plot, table
from product_health.query.sandbox import Sandbox
from product_health.query.where import Condition
from product_health.semantics.catalogue import GRAINS, Metric
from product_health.semantics.columns import missing_columns

WRITERS = {"table": table, "csv": as_csv, "json": as_json}


@click.command("query")
@click.argument("metrics", nargs=-1)
@click.option("--by", multiple=True, help="Dimension to split by, such as plan; may be repeated.")
@click.option("--grain", type=click.Choice(GRAINS), help="Length of period; the last one without.")
@click.option("--where", help="Condition on dimensions and date: \"plan = 'growth'\".")
@click.option("--output", type=click.Choice(list(WRITERS)), default="table", show_default=True)
@click.option("--built", is_flag=True, help="Ask what was built last, not what is published.")
@click.option("--plot", "plot_file", type=LocalPath(dir_okay=False))
def query_command(  # noqa: PLR0913 - options
    *,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    grain: str | None,
    where: str | None,
    output: str,
    built: bool,
    plot_file: Path | None,
) -> None:
    """Show METRICS by period and segment, as MetricFlow answers; without any, list all there are.

    For example: product-health query nps --by plan --grain month
    """
    if plot_file:
        refuse_plot(plot_file, len(set(metrics)))
    by, metrics = (tuple(dict.fromkeys(names)) for names in (by, metrics))
    project = find_project(Path.cwd())
    definitions = definitions_of(project, tell=_tell)
    if not metrics:
        terminal.write(_listed(definitions.catalogue.metrics.values()))
        return
    wanted = [definitions.catalogue.find(name) for name in metrics]
    _refuse_missing(definitions, wanted)
    database = readable(project, built=built)
    with Sandbox(database.file) as sandbox:
        run = _runner(sandbox, definitions, database, where)
        if plot_file and grain is None:
            # a chart of the last period alone would be a dot
            grain = preferred_grain(wanted[0].grains)
        answers = [answer(one, Question(by, grain, where), run) for one in wanted]
    terminal.write(WRITERS[output](answers))
    if database.publication:
        terminal.write(f"note: as published in {database.publication.run_id}", err=True)
    if database.doubt:
        terminal.write(f"note: {database.doubt}, so these numbers may be wrong", err=True)
    if database.is_outdated:
        told = f"metrics.lock has changed since {database.name} was made: {database.renewal}"
        terminal.write(f"note: {told}", err=True)
    for note in dict.fromkeys(note for one in answers for note in one.notes):
        terminal.write(f"note: {note}", err=True)
    if plot_file:
        plot(answers[0], plot_file)
        terminal.write(f"chart: {plot_file}", err=True)


def _tell(text: str) -> None:
    terminal.write(text, err=True)


def _listed(metrics: Iterable[Metric]) -> str:
    """Write which metrics there are, what each is, and by what it can be split."""
    rows = [
        (one.name, one.label, one.unit, one.grains[0], " ".join(sorted(one.dimensions)))
        for one in sorted(metrics, key=lambda one: (one.file, one.name))
    ]
    return terminal.table(("metric", "what it is", "unit", "finest grain", "--by"), rows)


def _refuse_missing(definitions: Definitions, wanted: list[Metric]) -> None:
    for metric in wanted:
        if missing := missing_columns(definitions.project, metric):
            raise UserError(missing[0])


def _advised(reason: str, database: Readable, where: str | None) -> str:
    """Give a reason of the database, and what to do."""
    check = f"check --where {where!r}" if where else ""
    if "Catalog Error" in reason or "Binder Error" in reason:
        newer = f"the project is newer than {database.name}: {database.renewal}"
        check = f"either {check}, or {newer}" if check else newer
    return f"{reason.rstrip('.!')}; {check}" if check else reason


def _runner(
    sandbox: Sandbox, definitions: Definitions, database: Readable, where: str | None
) -> Run:
    """Give a function that asks a database, whatever it is called and wherever it is."""

    @cache
    def readings() -> list[str]:
        # asked with the first question, so that a wrong one is refused at once
        return [row["name"] for row in sandbox.rows(READINGS_THERE)]

    def run(metric: Metric, group_by: Sequence[str], condition: Condition | None) -> Rows:
        template = [condition.template] if condition else []
        sql = definitions.sql.sql(metric.name, group_by, template, write=sandbox.sql)
        try:
            here = located(sql, readings(), database.file.stem)
            return sandbox.rows(here, condition.values if condition else None)
        except UserError as error:
            message = f"it cannot be answered: {_advised(str(error), database, where)}"
            raise UserError(message) from error

    return run
