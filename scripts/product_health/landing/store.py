"""The landing folder: loads that appear whole or not at all, ids that are never used twice.

loads/load_id=00000000/   a zero-row file for every entity, and a zero-row register
loads/load_id=00000012/   the entity files of a load, and its register rows in _load.parquet
loads/load_id=00000007/   _load.parquet alone, with undone_at set: a load that was taken back
.tmp-*                    a load being written; its writer holds a lock on it
.undone-00000007          an undo under way; the next one to hold the lock finishes it
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from product_health.contract import BARE_DATES, FILES, SOURCE_SYSTEM, Column, Contract, Entity
from product_health.errors import UserError
from product_health.landing import sql
from product_health.times import as_utc

REGISTER_FILE = "_load.parquet"
ROW_GROUP_ROWS = 122_880
PARQUET = f"(format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})"
# A row that claims to have happened later than this after it was received has a wrong clock and
# must not move the default heartbeat; staging quarantines it by the same bound.
CLOCK_TOLERANCE = "interval 1 hour"

REGISTER_TIMES = ("first_event_at", "last_event_at", "complete_until")
LoadRow = dict[str, Any]


def now() -> datetime:
    """Return the current time in UTC, without an offset, to the microsecond."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class PendingLoad:
    """A load being written; nobody sees it before its context ends well."""

    folder: Path
    contract: Contract
    rows: list[LoadRow] = field(default_factory=list)
    load_id: int | None = None  # given when the load becomes visible

    def write(  # noqa: PLR0913 - callers name the options
        self,
        connection: duckdb.DuckDBPyConnection,
        entity: str,
        select_sql: str,
        *,
        source_name: str,
        fingerprint: str,
        source_system: str = FILES,
        complete_until: date | None = None,
        landed_at: datetime | None = None,
    ) -> LoadRow:
        """Stream a SELECT of the entity's row columns, in order, into this load.

        Times are UTC; a date is one of the reporting time zone. `complete_until` is by default the
        latest event time of the rows (rows whose clock is ahead of received_at by more than an hour
        left out). Return the register row. UserError where the entity is in this load already, or
        the columns are not the contract's.
        """
        target = self.folder / f"{entity}.parquet"
        table = self.contract.entity(entity)
        if target.exists():
            message = f"{entity} is in this load already: one load holds an entity once"
            raise UserError(message)
        _check_columns(connection, table, select_sql)
        whole = f"select *, {sql.text(source_system)} as {SOURCE_SYSTEM.name} from ({select_sql})"
        connection.execute(f"copy ({whole}) to {sql.text(str(target))} {PARQUET}")
        row: LoadRow = {
            "entity": entity,
            "source_system": source_system,
            "source_name": source_name,
            "fingerprint": fingerprint,
            "landed_at": as_utc(landed_at) if landed_at else now(),
            "undone_at": None,
            **_extent(connection, table, target, complete_until),
        }
        self.rows.append(row)
        return row


@dataclass(frozen=True)
class LandingStore:
    """The landing folder `root`, in the shape of `contract`."""

    root: Path
    contract: Contract

    @property
    def loads_dir(self) -> Path:
        """The folder of the loads that are visible."""
        return self.root / "loads"

    def load_dir(self, load_id: int) -> Path:
        """Return the folder of one load."""
        return self.loads_dir / f"load_id={load_id:08d}"

    def ensure(self) -> None:
        """Create the folder, and the zero-row file of every entity that has none."""
        with self._lock():
            self._ensure()

    @contextmanager
    def begin_load(self, *, refuse_repeats: bool = False) -> Iterator[PendingLoad]:
        """Yield a load to write to; it becomes visible when the block ends without an exception.

        With `refuse_repeats`, UserError where a live load has one of its fingerprints by then.
        """
        with self._lock():
            self._ensure()
            folder, handle = self._temporary()
        pending = PendingLoad(folder, self.contract)
        try:
            yield pending
            if pending.rows:
                self._commit(pending, refuse_repeats=refuse_repeats)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)

    def loads(self) -> list[LoadRow]:
        """Return the register: a row per load and entity, in order, undone ones included."""
        files = sorted(self.loads_dir.glob(f"load_id=*/{REGISTER_FILE}"))
        if not files:
            return []
        paths = ", ".join(sql.path(path) for path in files)
        names = ("load_id", *(column.name for column in self.contract.register.columns))
        registers = (
            f"read_parquet([{paths}], hive_partitioning = true, union_by_name = true, "
            "hive_types = {'load_id': bigint})"
        )
        with duckdb.connect() as connection:
            # an earlier version kept fewer columns
            there = connection.execute(f"describe select * from {registers}").fetchall()
            kept = {row[0] for row in there}
            wanted = ", ".join(name if name in kept else f"null as {name}" for name in names)
            rows = connection.execute(
                f"select {wanted} from {registers} order by load_id, entity"
            ).fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]

    def unparsed_counts(self) -> dict[tuple[int, str], int]:
        """Return the rows that do not parse, by load and entity, of the loads that count."""
        counts = {}
        with duckdb.connect() as connection:
            for row in self.loads():
                path = self.load_dir(row["load_id"]) / f"{row['entity']}.parquet"
                if row["undone_at"] is None:
                    found = connection.execute(
                        f"select count(parse_error) from read_parquet({sql.path(path)})"
                    ).fetchall()
                    counts[row["load_id"], row["entity"]] = found[0][0]
        return counts

    def find(self, fingerprint: str) -> LoadRow | None:
        """Return the register row of the live load whose fingerprint begins so, or None."""
        for row in self.loads():
            if row["fingerprint"].startswith(fingerprint) and row["undone_at"] is None:
                return row
        return None

    def undo_last(self) -> list[LoadRow]:
        """Take the last live load back and return its register rows; UserError where none is."""
        with self._lock():
            self._ensure()
            live = [row for row in self.loads() if row["undone_at"] is None]
            if not live:
                message = f"{self.root}: there is no load to take back"
                raise UserError(message)
            last = live[-1]["load_id"]
            self._bury(last, self.load_dir(last))
            return [row for row in live if row["load_id"] == last]

    def _bury(self, load_id: int, folder: Path) -> None:
        """Put a tombstone in the place of a load; its rows vanish at the first rename."""
        rows = _register_rows(self.contract.register, folder / REGISTER_FILE)
        undone_at = now()
        tombstone, handle = self._temporary()
        _write_register(self.contract, tombstone, [{**row, "undone_at": undone_at} for row in rows])
        grave = self.root / f".undone-{load_id:08d}"
        if folder != grave:
            folder.rename(grave)
        tombstone.rename(self.load_dir(load_id))
        os.close(handle)
        shutil.rmtree(grave)

    def _commit(self, pending: PendingLoad, *, refuse_repeats: bool) -> None:
        _write_register(self.contract, pending.folder, pending.rows)
        _flush(pending.folder)
        with self._lock():
            if refuse_repeats:
                self._refuse_repeats(pending.rows)
            ids = [int(path.name.split("=")[1]) for path in self.loads_dir.glob("load_id=*")]
            pending.load_id = max(ids) + 1
            pending.folder.rename(self.load_dir(pending.load_id))
            _flush(self.loads_dir)

    def _refuse_repeats(self, rows: Sequence[LoadRow]) -> None:
        for row in rows:
            earlier = self.find(row["fingerprint"])
            if earlier:
                raise UserError(repeat_message(earlier))

    def _ensure(self) -> None:
        """Do what `ensure` promises, and clear what a killed process left behind."""
        self.loads_dir.mkdir(parents=True, exist_ok=True)
        self._clear_leftovers()
        empty = self.load_dir(0)
        empty.mkdir(exist_ok=True)
        register = self.contract.register
        self._refuse_earlier_format()
        tables = [(REGISTER_FILE, register.columns)]
        tables += [(f"{e.name}.parquet", e.file_columns) for e in self.contract.entities.values()]
        missing = [(name, columns) for name, columns in tables if not (empty / name).exists()]
        if not missing:
            return
        folder, handle = self._temporary()
        with duckdb.connect() as connection:
            for name, columns in missing:
                _copy_rows(connection, columns, [], folder / name)
                (folder / name).rename(empty / name)
        shutil.rmtree(folder)
        os.close(handle)

    def _refuse_earlier_format(self) -> None:
        register = self.load_dir(0) / REGISTER_FILE
        if not register.exists():
            return
        with duckdb.connect() as connection:
            described = f"describe select * from read_parquet({sql.path(register)})"
            names = {row[0] for row in connection.execute(described).fetchall()}
        if BARE_DATES.name not in names:
            loads = ", ".join(path.name for path in sorted(self.loads_dir.glob("load_id=*[1-9]*")))
            message = (
                f"{self.root}: {loads} were landed by an earlier version, which kept no note of "
                "dates without a time. Move the folder away, land the files again, and run "
                "dbt build --full-refresh (the demo: product-health demo --out landing --overwrite)"
            )
            raise UserError(message)

    def _clear_leftovers(self) -> None:
        for folder in self.root.glob(".tmp-*"):
            handle = _try_lock(folder)
            if handle is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(handle)
        for grave in self.root.glob(".undone-*"):
            load_id = int(grave.name.removeprefix(".undone-"))
            if self.load_dir(load_id).exists():
                shutil.rmtree(grave)
            else:
                self._bury(load_id, grave)

    def _temporary(self) -> tuple[Path, int]:
        """Return a new folder and the handle that keeps others from clearing it away."""
        folder = Path(tempfile.mkdtemp(prefix=".tmp-", dir=self.root))
        folder.chmod(0o755)
        handle = _try_lock(folder)
        if handle is None:
            message = f"{folder}: cannot be locked"
            raise UserError(message)
        return folder, handle

    def _refuse_bytes(self) -> None:
        """Raise UserError for a folder whose name is no text, in which SQL can name nothing."""
        name = os.fsencode(self.root.absolute()).decode(errors="backslashreplace")
        if name != str(self.root.absolute()):
            message = f"{name}: a landing folder needs a name in UTF-8; rename it, or see --into"
            raise UserError(message)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Wait for the others who change this folder; they hold the lock for moments only."""
        self._refuse_bytes()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            message = f"{self.root}: cannot be used as landing folder: {error.strerror}"
            raise UserError(message) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def repeat_message(earlier: Mapping[str, Any]) -> str:
    """Say that the same input was landed before."""
    return (
        f"{earlier['source_name']}: landed before, as load {earlier['load_id']} at "
        f"{earlier['landed_at']:%Y-%m-%d %H:%M:%S} UTC ({earlier['row_count']:,} rows of "
        f"{earlier['entity']}); nothing was landed. To replace it, first take it back with --undo; "
        "to land it again, add --again"
    )


def _check_columns(connection: duckdb.DuckDBPyConnection, entity: Entity, select_sql: str) -> None:
    found = [(r[0], r[1]) for r in connection.execute(f"describe {select_sql}").fetchall()]
    wanted = [(column.name, column.duckdb_type) for column in entity.row_columns]
    if found != wanted:
        odd = next((pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1]), None)
        detail = f"{odd[0]} where {odd[1]} belongs" if odd else f"{len(found)} columns"
        message = f"{entity.name}: what is to be landed has not the contract's columns: {detail}"
        raise UserError(message)


def _extent(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    path: Path,
    complete_until: date | None,
) -> LoadRow:
    """Return what the register says of the rows of a file, and which of its times are bare."""
    event_time = entity.event_time or "received_at"
    time_sql = sql.identifier(event_time)
    on_time = f"filter (where {time_sql} <= received_at + {CLOCK_TOLERANCE})"
    is_bare = f"concat(',', bare_dates, ',') like {sql.text(f'%,{event_time},%')}"
    count, *extent = connection.execute(
        f"select count(*), min({time_sql}), max({time_sql}), max({time_sql}) {on_time}, "
        f"arg_min({is_bare}, {time_sql}), arg_max({is_bare}, {time_sql}), "
        f"arg_max({is_bare}, {time_sql}) {on_time} from read_parquet({sql.path(path)})"
    ).fetchall()[0]
    found = list(zip(extent[:3], extent[3:], strict=True))
    if complete_until is not None:
        found[-1] = _moment(complete_until)
    moments = dict(zip(REGISTER_TIMES, found, strict=True))
    bare = ",".join(name for name, (_, is_bare) in moments.items() if is_bare)
    values = {name: moment for name, (moment, _) in moments.items()}
    return {"row_count": count, **values, BARE_DATES.name: bare or None}


def _moment(given: date) -> tuple[datetime, bool]:
    """Return a time in UTC, or a date as wall time, and whether it is such a date."""
    if isinstance(given, datetime):
        return as_utc(given), False
    return datetime.combine(given, time()), True


def _register_rows(register: Entity, path: Path) -> list[LoadRow]:
    names = [column.name for column in register.columns]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {', '.join(names)} from read_parquet({sql.path(path)})"
        ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def _write_register(contract: Contract, folder: Path, rows: Sequence[LoadRow]) -> None:
    with duckdb.connect() as connection:
        _copy_rows(connection, contract.register.columns, rows, folder / REGISTER_FILE)


def _copy_rows(
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[Column],
    rows: Sequence[LoadRow],
    target: Path,
) -> None:
    """Write a few rows, or none, as a Parquet file with these columns."""
    definitions = ", ".join(f"{sql.identifier(c.name)} {c.duckdb_type}" for c in columns)
    connection.execute(f"create or replace temp table new_rows ({definitions})")
    marks = ", ".join("?" for _ in columns)
    for row in rows:
        connection.execute(f"insert into new_rows values ({marks})", [row[c.name] for c in columns])
    connection.execute(f"copy new_rows to {sql.text(str(target))} {PARQUET}")


def _try_lock(folder: Path) -> int | None:
    """Lock a folder and return the handle, or None where another process holds it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _flush(folder: Path) -> None:
    """Have the files of a folder on disk before a rename shows them."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
