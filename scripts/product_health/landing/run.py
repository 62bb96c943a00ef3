"""Land one input: read it, parse it strictly, and make it visible when every row is there."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import duckdb

from product_health.contract import RECEIVED_AT, Contract, Entity
from product_health.errors import UserError
from product_health.landing import database
from product_health.landing.files import check_unchanged, digest, find_files, states
from product_health.landing.fit import Fit, check_fit, shape
from product_health.landing.parse import INTERNAL, ROW_HASH, Rule, strict_select
from product_health.landing.request import Request
from product_health.landing.resolve import meant_for, resolve, unmapped
from product_health.landing.sources import Part, Progress, first_line, read_files
from product_health.landing.store import LandingStore, LoadRow, PendingLoad, now, repeat_message


class Reporter(Protocol):
    """Shows that long work goes on."""

    def step(self, text: str, total: int | None = None) -> AbstractContextManager[Progress]:
        """Begin a step; what it yields is told how far of `total` the step has come."""


# Digits of a fingerprint that stand for the content, so that the same file is noticed under
# another mapping too.
CONTENT_DIGITS = 32
# Nothing that lands here happened before; seconds that are read as milliseconds end up in 1970.
EARLIEST = datetime(1980, 1, 1)  # noqa: DTZ001 - UTC, as in the register


@dataclass(frozen=True)
class Outcome:
    """What was landed."""

    load_id: int
    row: LoadRow
    fit: Fit
    unmapped: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    may_be_cut: bool = False


@dataclass(frozen=True)
class _Input:
    name: str
    fingerprint: str
    parts: list[Part]


def land(request: Request, store: LandingStore, reporter: Reporter) -> Outcome:
    """Land the input of `request` as one load; UserError where it cannot be, and nothing landed."""
    entity = store.contract.entity(request.entity)
    _check_heartbeat(request)
    before = None if database.is_url(request.source) else states(request.source)
    fingerprint = _fingerprint_of_files(request, store, reporter)
    with (
        store.begin_load(refuse_repeats=not request.again) as pending,
        tempfile.TemporaryDirectory(dir=pending.folder) as scratch,
        duckdb.connect(config={"temp_directory": f"{scratch}/duckdb"}) as connection,
    ):
        source = _read(request, fingerprint, connection, Path(scratch), reporter)
        with reporter.step(f"landing {entity.name}"):
            outcome = _write(request, entity, source, connection, pending)
        if before is not None:
            check_unchanged(request.source, before)
    if pending.load_id is None:
        message = f"{source.name}: was not landed"
        raise UserError(message)
    may_be_cut = any(part.may_be_cut for part in source.parts)
    return Outcome(pending.load_id, *outcome, may_be_cut)


def _fingerprint_of_files(request: Request, store: LandingStore, reporter: Reporter) -> str | None:
    """Return the fingerprint of file input, or None for a database; UserError for a repeat."""
    if database.is_url(request.source):
        return None
    if request.reading.query:
        message = f"--query is for a database; {request.source} is a file"
        raise UserError(message)
    with reporter.step("reading the file's fingerprint"):
        fingerprint = _fingerprint(request, digest(find_files(request.source)))
    earlier = store.find(fingerprint[:CONTENT_DIGITS])
    if earlier and not request.again:
        raise UserError(repeat_message(earlier))
    return fingerprint


def _fingerprint(request: Request, content: str) -> str:
    """Return SHA-256 digits of what is landed and, after CONTENT_DIGITS of them, of how."""
    how = json.dumps(request.reading.as_dict(), sort_keys=True)
    what = hashlib.sha256(f"{request.entity} {content}".encode()).hexdigest()
    return what[:CONTENT_DIGITS] + hashlib.sha256(how.encode()).hexdigest()[:CONTENT_DIGITS]


def _check_heartbeat(request: Request) -> None:
    until = request.complete_until
    if until and datetime(*until.timetuple()[:6]) > now() + timedelta(days=1):  # noqa: DTZ001 - UTC
        message = (
            f"--complete-until {until:%Y-%m-%d}: is in the future, and nothing "
            "can be whole until then; give the date after the last whole one of the input"
        )
        raise UserError(message)


def _read(
    request: Request,
    fingerprint: str | None,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    reporter: Reporter,
) -> _Input:
    if fingerprint is None:
        with reporter.step("running the query") as progress:
            part, content = database.read_query(
                request.source, request.reading.query, scratch, progress
            )
        return _Input(part.label, _fingerprint(request, content), [part])
    paths = find_files(request.source)
    size = sum(path.stat().st_size for path in paths)
    with reporter.step(f"reading {paths[0].name}", size) as progress:
        parts = read_files(connection, paths, request.reading, scratch, progress)
    name = Path(request.source).name if len(paths) == 1 else request.source
    return _Input(name, fingerprint, parts)


def _write(
    request: Request,
    entity: Entity,
    source: _Input,
    connection: duckdb.DuckDBPyConnection,
    pending: PendingLoad,
) -> tuple[LoadRow, Fit, list[str], list[str], list[str], list[str]]:
    _check_rows(request, source.parts)
    rules = [_rules(request, entity, part, pending.contract) for part in source.parts]
    try:
        row = pending.write(
            connection,
            entity.name,
            _select(request, entity, source, rules),
            source_name=source.name,
            fingerprint=source.fingerprint,
            complete_until=request.complete_until,
        )
    except duckdb.Error as error:
        message = f"{source.name}: cannot be landed: {first_line(error)}"
        raise UserError(message) from error
    _check_count(source, row)
    _check_times(request, entity, source, row, rules)
    path = pending.folder / f"{entity.name}.parquet"
    fit = check_fit(connection, entity, path, source.name, rules, accept=request.unparsed_ok)
    unmapped_columns = _all_unmapped(request, source.parts, rules)
    told = _empty(request, entity, rules), _made(request, rules), _lacking(source.parts, rules)
    return row, fit, unmapped_columns, *told


def _rules(request: Request, entity: Entity, part: Part, contract: Contract) -> dict[str, Rule]:
    by_name = request.received_at is None
    try:
        return resolve(entity, request.reading, part.label, part.types, by_name=by_name)
    except UserError as error:
        message = f"{error}{meant_for(entity, part.types, contract.entities.values())}"
        raise UserError(message) from error


def _made(request: Request, rules: list[dict[str, Rule]]) -> list[str]:
    """Return the columns that were made of the row though nobody asked for it."""
    names = {name for part in rules for name, rule in part.items() if rule == ROW_HASH}
    return sorted(names - request.reading.map.keys())


def _select(
    request: Request, entity: Entity, source: _Input, rules: Sequence[Mapping[str, Rule]]
) -> str:
    received_at = request.received_at or now()
    selects = []
    for number, (part, part_rules) in enumerate(zip(source.parts, rules, strict=True)):
        part_sql, part_types = part.select_sql, part.types
        select = strict_select(
            entity,
            part_sql,
            part_rules,
            received_at=received_at,
            columns=part_types,
            row_prefix=f"{source.fingerprint[:16]}-{number}",
            rest_to=request.reading.rest_to,
            by_name=False,
        )
        selects.append(f"({select})")
    return " union all ".join(selects)


def _check_rows(request: Request, parts: Sequence[Part]) -> None:
    """Refuse an input of no rows, which says something only together with a heartbeat."""
    if sum(part.row_count for part in parts) == 0 and request.complete_until is None:
        message = (
            f"{parts[0].label}: has no rows. Where nothing happened, say until when that is known: "
            "--complete-until 2026-01-31"
        )
        raise UserError(message)
    for part in parts:
        if part.unsplit_example is not None and not request.unparsed_ok:
            message = (
                f"{part.label}: not one row could be split into {_width(part)} columns, such as "
                f"{shape(part.unsplit_example)}; see --delimiter, --quote, --encoding, --format"
            )
            raise UserError(message)
        if part.cut_example is not None and not request.unparsed_ok:
            message = (
                f"{part.label}: its last line is cut off, as if it were still being written: "
                f"{shape(part.cut_example)}; nothing was landed: land it again when it is whole, "
                "or as it is with --unparsed-ok"
            )
            raise UserError(message)


def _width(part: Part) -> int:
    return len([name for name in part.types if name not in INTERNAL])


def _check_count(source: _Input, row: LoadRow) -> None:
    read = sum(part.row_count for part in source.parts)
    if row["row_count"] != read:
        message = f"{source.name}: {read:,} rows read but {row['row_count']:,} written; not landed"
        raise UserError(message)


def _check_times(
    request: Request,
    entity: Entity,
    source: _Input,
    row: LoadRow,
    rules: Sequence[Mapping[str, Rule]],
) -> None:
    """Refuse an input all of whose events are too old to be true."""
    last = row["last_event_at"]
    if last is not None and last < EARLIEST and not request.unparsed_ok:
        column = entity.event_time or RECEIVED_AT.name
        read = next((one[column].source for one in rules if column in one), None) or column
        message = (
            f"{source.name}: column {read!r}, read as {column}, ends on {last:%Y-%m-%d}, before "
            f"anything that lands here: map seconds since 1970 with --map {column}={read}:epoch, "
            "and milliseconds with :epoch_ms. Nothing was landed; --unparsed-ok lands them so"
        )
        raise UserError(message)


def _all_unmapped(
    request: Request, parts: Sequence[Part], rules: Sequence[Mapping[str, Rule]]
) -> list[str]:
    if request.reading.rest_to:
        return []
    names = [n for p, r in zip(parts, rules, strict=True) for n in unmapped(p.types, r)]
    return list(dict.fromkeys(names))


def _empty(request: Request, entity: Entity, rules: Sequence[Mapping[str, Rule]]) -> list[str]:
    filled = {name for part in rules for name in part} | {request.reading.rest_to}
    return [column.name for column in entity.columns if column.name not in filled]


def _lacking(parts: Sequence[Part], rules: Sequence[Mapping[str, Rule]]) -> list[str]:
    """Tell which columns some files lack that others have."""
    filled = list(dict.fromkeys(name for part in rules for name in part))
    return [
        f"{', '.join(missing)} in {part.label}"
        for part, part_rules in zip(parts, rules, strict=True)
        if (missing := [name for name in filled if name not in part_rules])
    ]
