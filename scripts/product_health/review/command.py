"""`product-health review`: what a change does to the metrics, before it is merged."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from product_health import terminal
from product_health.compiled.dbt import DbtError
from product_health.errors import UserError
from product_health.files import LocalPath, write_whole
from product_health.lock.values import FIXED_COMPANY
from product_health.meaning.states import definitions_of, uncollected
from product_health.project import find_project
from product_health.repository import Repository
from product_health.review.markdown import markdown
from product_health.review.personal import without_personal
from product_health.review.review import Data, Review, Side, Stopwatch, review
from product_health.workbench.rows import CsvFolder, DatabaseFile, LandingFolder

LEVELS = ("none", "breaking", "restates", "unversioned")
SHORT = 10
FILE = LocalPath(dir_okay=False)


@click.command("review")
@click.option("--base", default="main", show_default=True, help="Commit to compare with.")
@click.option("--head", help="Commit that is reviewed; the working tree where none is named.")
@click.option("--landing", type=LocalPath(), help="Landing folder to compute on.")
@click.option("--database", type=LocalPath(), help="DuckDB file with raw tables.")
@click.option("--fail-on", type=click.Choice(LEVELS), default="none", show_default=True)
@click.option("--markdown", "markdown_file", type=FILE)
@click.option("--json", "json_file", type=FILE)
@click.option("--html", "html_file", type=FILE)
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="Deprecations due by then.")
@uncollected()
def review_command(  # noqa: PLR0913 - options
    *,
    base: str,
    head: str | None,
    landing: Path | None,
    database: Path | None,
    fail_on: str,
    markdown_file: Path | None,
    json_file: Path | None,
    html_file: Path | None,
    on: datetime | None,
) -> None:
    """Show what the working tree, or a commit, does to the metrics since it left --base.

    Writes Markdown to the terminal, and to files where named. Exit code 1 by --fail-on.
    """
    project = find_project(Path.cwd())
    watch = Stopwatch()
    data = _data(project, landing, database)
    left_at = _base_commit(project, base, head)
    with watch.time("compile"):
        new, old = _side(project, head), _side(project, left_at)
    reviewed = review(old, new, data, (on or datetime.now(tz=UTC)).date(), watch)
    found = without_personal(reviewed, project)
    text = markdown(found)
    terminal.write(text)
    _write(markdown_file, lambda: text)
    _write(json_file, lambda: json.dumps(as_json(found), indent=1, default=str))
    if html_file:
        from product_health.review.html import html

        _write(html_file, lambda: html(found))
    _fail_where_broken(found)
    if found.fails(fail_on):
        terminal.write(f"error: --fail-on {fail_on}: {found.verdict}", err=True)
        sys.exit(1)


def _fail_where_broken(found: Review) -> None:
    """Raise UserError where a metric cannot be computed as it is now."""
    first, *more = [one.broken for one in found.metrics if one.broken] or [""]
    if first:
        several = "s" if len(more) > 1 else ""
        rest = f" ({len(more)} more metric{several} cannot be computed either)" if more else ""
        message = f"{first}{rest}"
        raise UserError(message)


def _base_commit(project: Path, base: str, head: str | None) -> str:
    """Give the commit at which head, or HEAD, left the base."""
    repository = Repository(project)
    return repository.merge_base(repository.commit(base), repository.commit(head or "HEAD"))


def _side(project: Path, name: str | None) -> Side:
    """Compile a commit, or the working tree; UserError where it does not."""
    if name is None:
        return Side("the working tree", definitions_of(project))
    commit = Repository(project).commit(name)
    try:
        found = definitions_of(project, commit)
    except DbtError as error:
        message = f"commit {commit[:SHORT]} does not build, so name another one: {error}"
        raise UserError(message) from error
    return Side(commit[:SHORT], found)


def _data(project: Path, landing: Path | None, database: Path | None) -> Data:
    """Give the raw rows to compute on, and what they are."""
    if landing and database:
        message = "name --landing or --database, not both"
        raise UserError(message)
    if database:
        return Data(f"the raw tables of {database.name}", DatabaseFile(database))
    if landing:
        return Data(f"landing folder {landing.name}", LandingFolder(landing))
    if (project / "landing" / "loads").is_dir():
        return Data("landing/", LandingFolder(project / "landing"))
    return Data(f"{FIXED_COMPANY} (nothing is landed)", CsvFolder(project / FIXED_COMPANY))


def _write(path: Path | None, text: Any) -> None:
    if path:
        write_whole(path, text())


def as_json(found: Review) -> dict[str, Any]:
    """Give a review as data: what the Markdown says, and every number behind it."""
    metrics = [
        {
            **{key: getattr(one, key) for key in ("name", "was", "interface", "interface_changes")},
            **{key: getattr(one, key) for key in ("value", "is_unversioned", "problem", "unread")},
            "owner": one.metric.owner,
            "versions": [side.version if side else None for side in (one.old, one.new)],
            "changes": [asdict(change) for part in one.parts for change in part.changes()],
            "numbers": asdict(one.numbers) if one.numbers else None,
            "downstream": one.downstream,
        }
        for one in found.metrics
    ]
    kept = {key: getattr(found, key) for key in ("verdict", "base", "head", "data", "untouched")}
    return {
        **kept,
        "metrics": metrics,
        "marts": [asdict(mart) for mart in found.marts],
        "deprecations": found.deprecations,
        "seconds": found.seconds,
    }
