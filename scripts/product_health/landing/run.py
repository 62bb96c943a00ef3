"""Land one input: read it, parse it strictly, and make it visible when every row is there."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from product_health.contract import RECEIVED_AT, Contract, Entity
from product_health.errors import UserError
from product_health.landing.advice import meant_for
from product_health.landing.fit import Fit, check_fit, shape
from product_health.landing.inputs import Reporter, Rows, Source, open_source
from product_health.landing.parse import INTERNAL, ROW_HASH, Rule, strict_select
from product_health.landing.request import Request
from product_health.landing.resolve import check_timezone, resolve, unmapped
from product_health.landing.sample import Sample
from product_health.landing.sources import Part, first_line, no_header
from product_health.landing.spool import FileRead
from product_health.landing.store import LandingStore, LoadRow, PendingLoad, now, repeat_message

# Digits of a fingerprint that stand for the content, so that the same file is noticed under
# another mapping too.
CONTENT_DIGITS = 32
# Nothing that lands here happened before; seconds that are read as milliseconds end up in 1970.
EARLIEST = datetime(1980, 1, 1)  # noqa: DTZ001 - UTC, as in the register
# Rows stream through; what is held to tell repeats apart goes to disk beyond this.
MOST_MEMORY = "600MB"


@dataclass(frozen=True)
class Outcome:
    """What was landed."""

    load_id: int  # given when the load becomes visible
    row: LoadRow
    fit: Fit
    unmapped: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    may_be_cut: bool = False
    read: dict[str, int] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True)
class _Input:
    """What was read, with a rule for each column of each part."""

    rows: Rows
    fingerprint: str
    rules: list[dict[str, Rule]]

    @property
    def name(self) -> str:
        return self.rows.name

    @property
    def parts(self) -> list[Part]:
        return self.rows.parts


def land(request: Request, store: LandingStore, reporter: Reporter) -> Outcome:
    """Land the input of `request` as one load; UserError where it cannot be, and nothing landed."""
    entity = store.contract.entity(request.entity)
    _check_heartbeat(request)
    check_timezone(request.reading)
    source = open_source(request)
    _refuse_repeat(request, source, store, reporter)
    with (
        store.begin_load(refuse_repeats=not request.again) as pending,
        tempfile.TemporaryDirectory(dir=pending.folder) as scratch,
        duckdb.connect(config=_limits(Path(scratch))) as connection,
    ):
        rows = source.read(connection, Path(scratch), reporter)
        with reporter.step(f"landing {entity.name}"):
            outcome = _write(request, entity, rows, connection, pending)
        source.check_unchanged()
    if pending.load_id is None:
        message = f"{rows.name}: was not landed"
        raise UserError(message)
    return replace(outcome, load_id=pending.load_id)


def _limits(scratch: Path) -> dict[str, Any]:
    return {"temp_directory": str(scratch / "duckdb"), "memory_limit": MOST_MEMORY}


def _refuse_repeat(
    request: Request, source: Source, store: LandingStore, reporter: Reporter
) -> None:
    """Raise UserError where the same was landed before, if that shows without reading it all."""
    with reporter.step("reading the file's fingerprint"):
        content = source.content
    if content is None or request.again:
        return
    earlier = store.find(_fingerprint(request, content)[:CONTENT_DIGITS])
    if earlier:
        raise UserError(repeat_message(earlier))


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


def _write(
    request: Request,
    entity: Entity,
    rows: Rows,
    connection: duckdb.DuckDBPyConnection,
    pending: PendingLoad,
) -> Outcome:
    _check_rows(request, rows)
    samples = [Sample(connection, part) for part in rows.parts]
    rules = [_rules(request, entity, sample, pending.contract) for sample in samples]
    source = _Input(rows, _fingerprint(request, rows.content), rules)
    try:
        row = pending.write(
            connection,
            entity.name,
            _select(request, entity, source),
            source_system=request.source_system,
            source_name=source.name,
            fingerprint=source.fingerprint,
            complete_until=request.complete_until,
        )
    except duckdb.Error as error:
        message = f"{source.name}: cannot be landed: {first_line(error)}"
        raise UserError(message) from error
    _check_count(source, row)
    _check_times(request, entity, source, row)
    path = pending.folder / f"{entity.name}.parquet"
    fit = check_fit(connection, entity, path, source.name, rules, accept=request.unparsed_ok)
    return Outcome(
        load_id=0,
        row=row,
        fit=fit,
        unmapped=_all_unmapped(request, source),
        empty=_empty(request, entity, source),
        made=_made(request, source),
        lacking=_lacking(source),
        may_be_cut=rows.may_be_cut,
        read=rows.read,
        left_out=rows.left_out,
    )


def _rules(request: Request, entity: Entity, sample: Sample, contract: Contract) -> dict[str, Rule]:
    by_name = request.received_at is None
    try:
        return resolve(entity, request.reading, sample, by_name=by_name)
    except UserError as error:
        is_assumed = request.reading.has_header and not request.reading.header
        if is_assumed and sample.has_values_for_names:
            raise UserError(no_header(sample.label)) from error
        message = f"{error}{meant_for(entity, sample.types, contract.entities.values())}"
        raise UserError(message) from error


def _made(request: Request, source: _Input) -> list[str]:
    """Return the columns that were made of the row though nobody asked for it."""
    names = {name for part in source.rules for name, rule in part.items() if rule == ROW_HASH}
    return sorted(names - request.reading.map.keys())


def _select(request: Request, entity: Entity, source: _Input) -> str:
    received_at = request.received_at or now()
    selects = []
    for number, (part, rules) in enumerate(zip(source.parts, source.rules, strict=True)):
        select = strict_select(
            entity,
            part.select_sql,
            rules,
            received_at=received_at,
            columns=part.types,
            row_prefix=f"{source.fingerprint[:16]}-{number}",
            rest_to=request.reading.rest_to,
            by_name=False,
            timezone=request.reading.timezone,
        )
        selects.append(f"({select})")
    return " union all ".join(selects)


def _check_rows(request: Request, rows: Rows) -> None:
    """Refuse an input of no rows, which says something only together with a heartbeat."""
    if sum(part.row_count for part in rows.parts) == 0 and request.complete_until is None:
        read = f", of {_counted(rows.read)} read" if rows.read else ""
        message = (
            f"{rows.parts[0].label}: has no rows{read}. Where nothing happened, say until when "
            "that is known: --complete-until 2026-01-31"
        )
        raise UserError(message)
    if not request.unparsed_ok:
        for part in rows.parts:
            for file in part.files:
                _check_split(part, file)


def _check_split(part: Part, file: FileRead) -> None:
    """Refuse a file of which nothing can be split into columns, or not the end."""
    if file.row_count and file.unsplit_count == file.row_count:
        what = "is a JSON object" if file.is_json else f"could be split into {_width(part)} columns"
        message = (
            f"{file.label}: not one row {what}, such as {shape(file.first_unsplit or '')}; see "
            "--delimiter, --quote, --encoding, --format"
        )
        raise UserError(message)
    if file.cut_example is not None:
        message = (
            f"{file.label}: its last line is cut off, as if it were still being written: "
            f"{shape(file.cut_example)}; nothing was landed: land it again when it is whole, "
            "or as it is with --unparsed-ok"
        )
        raise UserError(message)


def _width(part: Part) -> int:
    return len([name for name in part.types if name not in INTERNAL])


def _counted(read: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} of {name}" for name, count in read.items())


def _check_count(source: _Input, row: LoadRow) -> None:
    read = sum(part.row_count for part in source.parts)
    if row["row_count"] != read:
        message = f"{source.name}: {read:,} rows read but {row['row_count']:,} written; not landed"
        raise UserError(message)


def _check_times(request: Request, entity: Entity, source: _Input, row: LoadRow) -> None:
    """Refuse an input all of whose events are too old to be true."""
    last = row["last_event_at"]
    if last is not None and last < EARLIEST and not request.unparsed_ok:
        column = entity.event_time or RECEIVED_AT.name
        read = next((one[column].source for one in source.rules if column in one), None) or column
        message = (
            f"{source.name}: column {read!r}, read as {column}, ends on {last:%Y-%m-%d}, before "
            f"anything that lands here: map seconds since 1970 with --map {column}={read}:epoch, "
            "milliseconds with :epoch_ms, and microseconds with :epoch_us. Nothing was landed; "
            "--unparsed-ok lands them so"
        )
        raise UserError(message)


def _all_unmapped(request: Request, source: _Input) -> list[str]:
    if request.reading.rest_to:
        return []
    pairs = zip(source.parts, source.rules, strict=True)
    return list(
        dict.fromkeys(name for part, rules in pairs for name in unmapped(part.types, rules))
    )


def _empty(request: Request, entity: Entity, source: _Input) -> list[str]:
    filled = {name for rules in source.rules for name in rules} | {request.reading.rest_to}
    return [column.name for column in entity.columns if column.name not in filled]


def _lacking(source: _Input) -> list[str]:
    """Return which columns some files lack that others have."""
    filled = list(dict.fromkeys(name for rules in source.rules for name in rules))
    return [
        f"{', '.join(missing)} in {part.label}"
        for part, rules in zip(source.parts, source.rules, strict=True)
        if (missing := [name for name in filled if name not in rules])
    ]
