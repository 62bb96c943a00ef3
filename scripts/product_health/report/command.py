"""`product-health report`: write the product health page."""

from pathlib import Path

import click

from product_health import terminal
from product_health.errors import UserError
from product_health.files import LocalPath, write_whole
from product_health.meaning.states import definitions_of
from product_health.project import declared_vars, find_project
from product_health.publish.readable import Readable, readable
from product_health.publish.sets import UNCOMMITTED
from product_health.report import PAGE
from product_health.report.page import Origin, page
from product_health.report.reader import Reader
from product_health.report.trust import trust
from product_health.warehouse import open_file

SHORT = 10


@click.command()
@click.option("--out", type=LocalPath(dir_okay=False), help=f"Default: {PAGE}.")
@click.option("--built", is_flag=True, help="Show what was built last, not what is published.")
def report(*, out: Path | None, built: bool) -> None:
    """Write the product health page: one HTML file that opens from disk."""
    project = find_project(Path.cwd())
    database = readable(project, built=built)
    if database.is_outdated:
        message = (
            f"the page cannot be made of {database.name}: metrics.lock has changed since, so its "
            f"numbers would stand beside other definitions; {database.renewal}"
        )
        raise UserError(message)
    text = written(project, database)
    target = out or project / PAGE
    write_whole(target, text)
    if database.doubt:
        terminal.write(f"note: {database.doubt}, so the page may be wrong, and says so", err=True)
    terminal.write(f"{target}: {len(text.encode()) / 1e6:.1f} MB, of {database.name}")


def written(project: Path, database: Readable) -> str:
    """Write the page of a database as HTML."""
    definitions = definitions_of(project)
    with open_file(database.file) as connection:
        reader = Reader(connection, database, definitions)
        origin = _origin(project, database)
        return page(
            reader, origin, trust(project, reader), declared_vars(project)["small_sample_responses"]
        )


def _origin(project: Path, database: Readable) -> Origin:
    card = database.publication
    if card is None:
        return Origin(project, "not published", database.name, database.doubt)
    commit = (
        "uncommitted changes" if card.commit == UNCOMMITTED else f"commit {card.commit[:SHORT]}"
    )
    run = f"{database.name} of {card.published_at:%Y-%m-%d %H:%M} UTC"
    return Origin(project, commit, run, database.doubt)
