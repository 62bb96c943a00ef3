"""`product-health publish`: let people read the marts as they were built and checked last."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from product_health import terminal
from product_health.errors import UserError
from product_health.project import find_project
from product_health.publish.sets import CURRENT, PUBLISHED, PublishedSets
from product_health.times import typed_time


@click.command("publish")
@click.option("--rollback", is_flag=True, help="Go back to the set that was published before.")
@click.option("--list", "is_list", is_flag=True, help="Show the sets that are kept.")
@click.option("--history", "metric", help="Show how a metric was restated since first published.")
@click.option("--now", "said_now", help="The time of publication in UTC, instead of the clock's.")
def publish_command(
    *, rollback: bool, is_list: bool, metric: str | None, said_now: str | None
) -> None:
    """Publish the marts as one read-only set, which readers see whole or not at all.

    Needs a whole `dbt build` and a `product-health check` that passed. Readers open
    published/current; the last three sets are kept.
    """
    if sum((rollback, is_list, metric is not None)) > 1:
        message = "--rollback, --list and --history do different things: name one"
        raise UserError(message)
    project = find_project(Path.cwd())
    sets = PublishedSets(project / PUBLISHED)
    if rollback:
        _rollback(sets)
    elif is_list:
        _list(sets)
    elif metric is not None:
        _show_history(sets, metric)
    else:
        _publish(project, sets, _time(said_now))


def _time(said: str | None) -> datetime:
    """Give the time of publication, in UTC without an offset: the only clock that is read."""
    if said is None:
        return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    try:
        return typed_time(said)
    except ValueError as error:
        message = f"--now {said!r} {error}"
        raise UserError(message) from error


def _publish(project: Path, sets: PublishedSets, now: datetime) -> None:
    from product_health.publish.run import Publishing

    card = Publishing(project, sets, now, partial(terminal.write, err=True)).run()
    rows = sum(card.tables.values())
    terminal.write(f"published {card.run_id}: {len(card.tables)} tables, {rows:,} rows")
    terminal.write(f"read it in {PUBLISHED / CURRENT}")


def _rollback(sets: PublishedSets) -> None:
    with sets.locked():
        left, run_id = sets.rollback()
    terminal.write(f"people read {run_id} again, not {left}")


def _list(sets: PublishedSets) -> None:
    current = sets.current_run()
    if current is None:
        terminal.write("nothing is published yet")
    for run_id in reversed(sets.runs()):
        card = sets.card(run_id)
        mark = "*" if run_id == current else " "
        rows = sum(card.tables.values())
        terminal.write(f"{mark} {run_id}  {rows:>11,} rows  commit {card.commit[:12]}")
    if current:
        terminal.write("* is what people read")
    if others := sets.others():
        terminal.write(f"left alone, because they are no sets: {', '.join(others)}")


def _show_history(sets: PublishedSets, metric: str) -> None:
    from product_health.publish.restatements import history_table

    terminal.write(history_table(sets, metric))
