"""Land what is new in a source system since it was last landed, as one load."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.inputs import Reporter
from product_health.landing.run import CONTENT_DIGITS
from product_health.landing.sources import first_line
from product_health.landing.store import LandingStore, LoadRow, PendingLoad, now
from product_health.landing.sync import happened, tables
from product_health.landing.sync.known import Known, known
from product_health.landing.sync.loaders import SyncState
from product_health.landing.sync.rows import OVERLAP, News, Rows
from product_health.landing.sync.versions import Versions
from product_health.systems.mapping import EntityMapping, System

# A source that does not say when it was synced is taken to be whole now; that alone is news once it
# is this much later than before.
QUIET = timedelta(hours=1)
# Without a loader's note the time of a source is that of its latest row, and that may be deleted.
SLACK = timedelta(days=1)
# So many keys, and more than half of those that were landed, do not vanish by themselves.
MANY = 20


@dataclass(frozen=True)
class SyncRequest:
    """One call of `land --system`. Times are UTC; `name` is what the system is called."""

    system: System
    name: str
    source: str
    schema: str | None = None
    is_whole: bool = False
    again: bool = False
    accept_deletions: bool = False


@dataclass(frozen=True)
class EntityOutcome:
    """What was new of an entity; `row` is its row of the register, where it is in the load."""

    entity: str
    news: News
    row: LoadRow | None
    remapped: tuple[int, ...] = ()  # loads that were landed with another mapping


@dataclass(frozen=True)
class SyncOutcome:
    """What was landed; `load_id` is None where nothing was new.

    `ahead` is when the latest row was written, where that is still to come.
    """

    load_id: int | None
    label: str
    state: SyncState
    entities: tuple[EntityOutcome, ...]
    ahead: datetime | None = None


def land_news(request: SyncRequest, store: LandingStore, reporter: Reporter) -> SyncOutcome:
    """Land what is new in a system as one load; UserError where it cannot be, nothing landed."""
    with (
        store.begin_load(refuse_repeats=True) as pending,
        tempfile.TemporaryDirectory(dir=pending.folder) as scratch,
        _connected(Path(scratch)) as connection,
    ):
        register = store.loads()
        before = {
            name: known(store, mapping.entity, request.name, register)
            for name, mapping in request.system.mappings.items()
        }
        since = {} if request.is_whole else _since(connection, request.system, before)
        with tables.opened(connection, request.source, store.root, Path(scratch)) as source:
            with reporter.step(f"reading the tables of {request.name}"):
                state = tables.create_views(
                    connection, source, request.system, request.schema, since
                )
            label, at = source.label, now()
            until = state.complete_until
            ahead = until if until and until > at else None
            # or else dates to come would count as complete
            state = replace(state, complete_until=at) if ahead else state
            run = _Run(request, before, since, connection, pending, label, state, register, at)
            run.check_direction()
            entities = []
            for mapping in request.system.mappings.values():
                with reporter.step(f"landing {mapping.entity.name}"):
                    entities.append(run.land(mapping))
    return SyncOutcome(pending.load_id, label, state, tuple(entities), ahead)


def _since(
    connection: duckdb.DuckDBPyConnection, system: System, before: Mapping[str, Known]
) -> dict[str, datetime]:
    """Return since when the tables are read that need no other: a while before what was landed."""
    found = {}
    for table in {mapping.cursor for mapping in system.mappings.values() if mapping.cursor}:
        readers = [one for one in system.mappings.values() if table in one.reads]
        lasts = [before[one.entity.name].last_received(connection) for one in readers]
        known_lasts = [last for last in lasts if last is not None]
        if len(known_lasts) == len(lasts) and all(one.cursor == table for one in readers):
            found[table] = min(known_lasts) - OVERLAP
    return found


@contextmanager
def _connected(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"temp_directory": f"{scratch}/duckdb"}) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@dataclass(frozen=True)
class _Run:
    request: SyncRequest
    before: Mapping[str, Known]
    since: Mapping[str, datetime]
    connection: duckdb.DuckDBPyConnection
    pending: PendingLoad
    label: str
    state: SyncState
    register: Sequence[LoadRow]
    now: datetime

    @property
    def complete_until(self) -> datetime:
        return self.state.complete_until or self.now

    @property
    def last(self) -> datetime | None:
        """Until when the system was landed before."""
        return max(
            (
                row["complete_until"]
                for row in self.register
                if row["source_system"] == self.request.name
                and row["undone_at"] is None
                and row["complete_until"]
            ),
            default=None,
        )

    @property
    def sync_at(self) -> datetime:
        """When the source came to say what it says, which is after what was landed of it."""
        sync_at = self.state.closed_at or self.now
        return max(sync_at, self.last + timedelta(microseconds=1)) if self.last else sync_at

    def check_direction(self) -> None:
        """Refuse a source that is older than what was landed of it."""
        last = self.last
        slack = timedelta() if self.state.is_noted else SLACK
        if last and self.complete_until + slack < last and not self.request.again:
            message = (
                f"{self.label}: was synced until {_time(self.complete_until)}, but "
                f"{self.request.name} was landed as of {_time(last)}: is it an older copy? Nothing "
                "was landed; to land it as what the source says now, add --again"
            )
            raise UserError(message)

    def land(self, mapping: EntityMapping) -> EntityOutcome:
        """Write what is new of an entity into the load."""
        entity = mapping.entity
        before = self.before[entity.name]
        since = self.since.get(mapping.cursor) if mapping.cursor else None
        rows = Rows(self.connection, mapping, before, self.state, self.sync_at, since)
        try:
            news = Versions(rows).news() if entity.version else happened.news(rows)
            self._check_vanished(mapping, news)
            self._check_renamed(before, news)
            row = self._write(mapping, before, news)
        except duckdb.Error as error:
            message = (
                f"{mapping.path}: cannot be run on {self.label}: {first_line(error)}; nothing was "
                "landed"
            )
            raise UserError(message) from error
        digest = mapping_digest(mapping)
        remapped = [
            r["load_id"]
            for r in before.rows
            if r["row_count"] and r["fingerprint"][CONTENT_DIGITS:] != digest
        ]
        return EntityOutcome(entity.name, news, row, tuple(remapped))

    def _write(self, mapping: EntityMapping, before: Known, news: News) -> LoadRow | None:
        quiet = timedelta() if self.state.complete_until else QUIET
        heartbeat = before.complete_until
        is_later = heartbeat is None or self.complete_until > heartbeat + quiet
        if news.select_sql is None and not is_later:
            return None
        row = self.pending.write(
            self.connection,
            mapping.entity.name,
            news.select_sql or "select * from mapped where false",
            source_name=self.label,
            fingerprint=self._fingerprint(mapping),
            source_system=self.request.name,
            complete_until=self.complete_until,
        )
        if row["row_count"] != news.count:
            message = (
                f"{self.label}: {news.count:,} rows of {mapping.entity.name} are new but "
                f"{row['row_count']:,} were written; nothing was landed"
            )
            raise UserError(message)
        self._check_fit(mapping, row)
        return row

    def _check_fit(self, mapping: EntityMapping, row: LoadRow) -> None:
        """Refuse rows none of which can be read: then the mapping, not the data, is wrong."""
        path = sql.path(self.pending.folder / f"{mapping.entity.name}.parquet")
        column, bad = self.connection.execute(
            f"select mode(parse_error), count(parse_error) from read_parquet({path})"
        ).fetchall()[0]
        if bad and bad == row["row_count"]:
            message = (
                f"{mapping.path}: no row of {self.label} fits, because of {column}, which is no "
                f"{mapping.entity.column(column).data_type} there; change a copy of the mapping: "
                "--system path/to/copy. Nothing was landed"
            )
            raise UserError(message)

    def _fingerprint(self, mapping: EntityMapping) -> str:
        """Return digits for what is landed after what, and after CONTENT_DIGITS of them for how."""
        loads = [
            (row["load_id"], row["entity"])
            for row in self.register
            if row["source_system"] == self.request.name and row["undone_at"] is None
        ]
        what: list[Any] = [self.request.name, mapping.entity.name, loads, str(self.complete_until)]
        content = hashlib.sha256(json.dumps(what).encode()).hexdigest()
        return content[:CONTENT_DIGITS] + mapping_digest(mapping)

    def _check_vanished(self, mapping: EntityMapping, news: News) -> None:
        """Refuse that most of what was landed is gone, unless it is said to be so."""
        is_most = news.vanished == news.alive or news.vanished > max(MANY, news.alive / 2)
        if news.vanished and is_most and not self.request.accept_deletions:
            tables = " and ".join(sorted(mapping.reads))
            message = (
                f"{self.label}: {news.vanished:,} of {news.alive:,} rows of {mapping.entity.name} "
                f"that were landed of {self.request.name} are gone from {tables}: "
                "is it another company's, or is a loader filling it anew? Nothing was landed; if "
                "they were deleted, add --accept-deletions"
            )
            raise UserError(message)

    def _check_renamed(self, before: Known, news: News) -> None:
        """Refuse a system whose first rows are mostly those of another one."""
        if before.rows or self.request.again or news.shared * 2 <= news.count:
            return
        others = sorted({row["source_system"] for row in before.others})
        message = (
            f"{self.label}: {news.shared:,} of {news.count:,} ids of {before.entity.name} were "
            f"landed before, of {' and '.join(others)}. If it is the same source, keep its name: "
            f"--as {others[0]}; if these are two sources with equal ids, add --again"
        )
        raise UserError(message)


def mapping_digest(mapping: EntityMapping) -> str:
    """Return the digits of a fingerprint that stand for a mapping."""
    how = json.dumps([mapping.sql, mapping.rows, mapping.vanished])
    return hashlib.sha256(how.encode()).hexdigest()[:CONTENT_DIGITS]


def _time(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC"
