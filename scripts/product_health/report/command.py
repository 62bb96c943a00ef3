"""`product-health report`: write the product health page."""

from pathlib import Path

import click

from product_health.compiled.cache import compiled
from product_health.errors import UserError
from product_health.meaning.definitions import Definitions
from product_health.project import find_project
from product_health.report.page import Origin, checks, page
from product_health.report.reader import Reader
from product_health.repository import CACHE, Repository
from product_health.warehouse import open_warehouse, warehouse_path

SHORT = 10
PAGE = Path("target/product_health.html")


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=f"Default: {PAGE}.")
def report(out: Path | None) -> None:
    """Write the product health page: one HTML file that opens from disk."""
    project = find_project(Path.cwd())
    definitions = Definitions(compiled(project, project / CACHE / "compiled"))
    target = out or project / PAGE
    with open_warehouse(project) as connection:
        reader = Reader(connection, warehouse_path(project).stem, definitions)
        origin = Origin(project, _commit(project), "the warehouse", checks(project))
        text = page(reader, origin, _fewest_answers(project))
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".half")
    half.write_text(text, encoding="utf-8")
    half.replace(target)
    click.echo(f"{target}: {len(text.encode()) / 1e6:.1f} MB")


def _commit(project: Path) -> str:
    try:
        return Repository(project).commit("HEAD")[:SHORT]
    except UserError:
        return "no commit"


def _fewest_answers(project: Path) -> int:
    import yaml

    document = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    return int(document["vars"]["small_sample_responses"])
