"""`product-health land`."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from product_health import terminal
from product_health.contract import FILES, load_contract
from product_health.errors import UserError
from product_health.files import LocalPath
from product_health.landing.fit import Fit, summary
from product_health.landing.request import Reading, Request, parse_pairs, read_mapping_file
from product_health.landing.store import LandingStore
from product_health.project import find_project
from product_health.terminal import plain
from product_health.times import typed_time

if TYPE_CHECKING:
    from product_health.landing.run import Outcome


class Time(click.ParamType[date]):
    """An ISO 8601 time; with an offset it is converted to UTC, without one it is UTC.

    With `or_date` a date alone stays one, of the reporting time zone.
    """

    def __init__(self, *, or_date: bool = False) -> None:
        """Take times only, or dates too."""
        self.or_date = or_date

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the time in UTC, without an offset, or the date."""
        if self.or_date:
            with suppress(ValueError):
                return date.fromisoformat(str(value))
        try:
            return typed_time(str(value))
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)


class Screen:
    """Shows progress on stderr where that is a terminal."""

    step = staticmethod(terminal.progress)


@click.command()
@click.argument("entity", required=False)
@click.option("--from", "sources", multiple=True, metavar="FILE|URL", help=(
    "File, pattern of files, or database; --from may be repeated."))  # fmt: skip
@click.option("--query", help="SELECT over the files by their names, or on the database.")
@click.option("--map", "mapped", multiple=True, metavar="COLUMN=SOURCE[:FORMAT]", help=(
    "Input column for a column of the contract. FORMAT: epoch, epoch_ms, epoch_us or strptime's. "
    "SOURCE may be a path within JSON such as properties.plan, or @row_hash or @row_number: an id "
    "made for each row."))  # fmt: skip
@click.option("--set", "constants", multiple=True, metavar="COLUMN=VALUE", help="A constant.")
@click.option("--rest-to", metavar="COLUMN", help="JSON column for input columns not mapped.")
@click.option("--mapping", type=LocalPath(), help="YAML file with these options.")
@click.option(
    "--complete-until", type=Time(or_date=True), help="Until when the source is whole (exclusive)."
)
@click.option("--received-at", type=Time(), help="When the rows were received; default: now.")
@click.option("--format", help="csv, json, jsonl or parquet; default: what the file looks like.")
@click.option("--delimiter", help="Between fields: a character, or tab, space, semicolon, pipe.")
@click.option("--quote", help="Quoting character, or none.")
@click.option("--encoding", help="Encoding of a text file; default: UTF-8, or UTF-16 by its mark.")
@click.option("--timezone", help="Of times without an offset, such as Europe/Berlin; default: UTC.")
@click.option("--header/--no-header", default=None, help="Whether the first row holds names.")
@click.option("--columns", metavar="A,B,C", help="Names of the columns of a file without header.")
@click.option("--system", metavar="NAME|FOLDER", help=(
    "Source system whose tables --from holds; what is new in them is landed."))  # fmt: skip
@click.option("--as", "name", help=(
    "Name of the source system: its keys are apart from those of others. Default: files, or that "
    "of --system."))  # fmt: skip
@click.option("--schema", help="Schema in which the tables of the system lie.")
@click.option("--whole", is_flag=True, help="Compare all rows, also those that came long ago.")
@click.option("--accept-deletions", is_flag=True, help="Land it though most rows vanished.")
@click.option("--into", type=LocalPath(), help="Default: landing/ of the project.")
@click.option("--again", is_flag=True, help="Land it though the same was landed before.")
@click.option("--unparsed-ok", is_flag=True, help="Land it though a column never parses.")
@click.option("--list", "list_loads", is_flag=True, help="Show what has been landed.")
@click.option("--undo", is_flag=True, help="Take the last load back.")
def land(  # noqa: PLR0913 - one parameter an option
    *,
    entity: str | None,
    sources: tuple[str, ...],
    mapping: Path | None,
    into: Path | None,
    list_loads: bool,
    undo: bool,
    complete_until: date | None,
    received_at: datetime | None,
    again: bool,
    unparsed_ok: bool,
    system: str | None,
    name: str | None,
    schema: str | None,
    whole: bool,
    accept_deletions: bool,
    **reading: Any,
) -> None:
    """Land rows of a file or a database in ENTITY, a table of the landing contract.

    Rows that do not parse are landed with their text; nothing is dropped. The same input landed
    twice is an error unless --again.
    """
    store = _store(into)
    if list_loads:
        _show_loads(store)
    elif undo:
        _undo(store)
    elif system is not None:
        from product_health.landing.sync.command import Options, land_system

        if entity is not None or len(sources) != 1 or complete_until is not None:
            message = (
                "a system is landed whole, up to its last sync: product-health land --system NAME "
                "--from FILE|URL"
            )
            raise UserError(message)
        land_system(
            Options(system, sources[0], name, schema, whole, again, accept_deletions),
            store,
            Screen(),
        )
    elif entity is None or not sources:
        message = (
            "say what to land where: product-health land ENTITY --from FILE (or --list, --undo)"
        )
        raise UserError(message)
    else:
        store.contract.entity(entity)
        said = _reading(**reading)
        base = read_mapping_file(mapping, entity) if mapping else Reading()
        request = Request(
            entity,
            sources,
            said.over(base),
            complete_until=complete_until,
            received_at=received_at,
            again=again,
            unparsed_ok=unparsed_ok,
            source_system=name or FILES,
        )
        _land(request, store)


def _store(into: Path | None) -> LandingStore:
    project = find_project()
    return LandingStore(into or project / "landing", load_contract(project))


def _reading(
    mapped: tuple[str, ...], constants: tuple[str, ...], columns: str | None, **others: Any
) -> Reading:
    return Reading(
        map=parse_pairs("--map", mapped),
        set=parse_pairs("--set", constants),
        columns=tuple(name.strip() for name in columns.split(",")) if columns else None,
        **others,
    )


def _land(request: Request, store: LandingStore) -> None:
    from product_health.landing.run import land as land_request

    outcome = land_request(request, store, Screen())
    row = outcome.row
    terminal.write(
        f"landed {row['row_count']:,} rows of {row['entity']} from {plain(row['source_name'])} "
        f"as load {outcome.load_id}"
    )
    for note in (*_read(outcome), *_extent(row), *_misfits(outcome.fit), *_columns(outcome)):
        terminal.write(f"  {plain(note)}")


def _read(outcome: "Outcome") -> Iterator[str]:
    for name, count in outcome.read.items():
        yield f"{count:,} rows read from {name}"
    if outcome.left_out:
        yield f"left out, as they cannot be split into columns: {outcome.left_out:,} of the rows"
    if outcome.may_be_cut:
        yield (
            "its last line has no line end: if it was still being written, take the load back "
            "with --undo and land the file again when it is whole"
        )


def _extent(row: dict[str, Any]) -> Iterator[str]:
    if row["first_event_at"]:
        yield f"events {_time(row['first_event_at'])} to {_time(row['last_event_at'])} UTC"
    yield f"complete until {_time(row['complete_until'])} UTC"


def _misfits(fit: Fit) -> Iterator[str]:
    if fit.of_rows:
        count = sum(misfit.row_count for misfit in fit.of_rows)
        counted = "1 row does" if count == 1 else f"{count:,} rows do"
        yield f"{counted} not parse: {summary(fit.of_rows)}"
    if fit.of_values:
        yield f"values set aside, their rows count: {summary(fit.of_values)}"


def _columns(outcome: "Outcome") -> Iterator[str]:
    if outcome.made:
        yield (
            f"{', '.join(outcome.made)} made of each whole row, so rows that repeat exactly count"
            f" once (--map {outcome.made[0]}=@row_number counts every row)"
        )
    if outcome.unmapped:
        yield f"input columns not landed: {', '.join(outcome.unmapped)}"
    if outcome.empty:
        yield f"columns left empty: {', '.join(outcome.empty)}"
    for lacking in outcome.lacking:
        yield f"columns left empty, which other files have: {lacking}"


def _show_loads(store: LandingStore) -> None:
    rows = store.loads()
    if not rows:
        terminal.write(f"nothing has been landed in {store.root}")
        return
    header = ("load", "entity", "rows", "unparsed", "source")
    times = ("complete_until", "landed_at", "undone_at")
    unparsed = store.unparsed_counts()
    cells = [
        (
            *(row["load_id"], row["entity"], f"{row['row_count']:,}"),
            unparsed.get((row["load_id"], row["entity"]), ""),
            *(row["source_name"], *(_time(row[name]) for name in times)),
        )
        for row in rows
    ]
    names = (*header, *(name.replace("_", " ") for name in times))
    terminal.write(terminal.table(names, cells, right=("load", "rows", "unparsed")))


def _undo(store: LandingStore) -> None:
    for row in store.undo_last():
        terminal.write(
            f"took load {row['load_id']} back: {row['row_count']:,} rows of {row['entity']} "
            f"from {plain(row['source_name'])}"
        )
    terminal.write("a warehouse that was built with it needs: dbt build --full-refresh")


def _time(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if value else ""
