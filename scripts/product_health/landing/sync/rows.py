"""The rows of a source and those that were landed before, side by side in one connection."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb

from product_health.contract import PARSE_ERROR, RECEIVED_AT, SET_ASIDE, Entity
from product_health.landing import sql
from product_health.landing.parse import describe, strict_select
from product_health.landing.sync.known import Known
from product_health.landing.sync.loaders import SyncState
from product_health.systems.mapping import IS_WAITING, EntityMapping

# How far behind the latest row that was landed the cursor is read again.
OVERLAP = timedelta(days=3)


@dataclass(frozen=True)
class News:
    """What there is to land of an entity; `select_sql` is None where no row is new."""

    select_sql: str | None
    new: int = 0
    changed: int = 0
    deleted: int = 0
    vanished: int = 0  # landed before, and not in the source any more
    alive: int = 0  # landed before, and not deleted
    repeated: int = 0  # rows of the source that share their key with a later one
    shared: int = 0  # new keys that other systems have too
    waiting: int = 0  # rows that need a row of another table, which is not there yet
    held: int = 0  # rows of a sync that is not closed

    @property
    def count(self) -> int:
        """Rows to land."""
        return self.new + self.changed + self.deleted


@dataclass(frozen=True)
class Rows:
    """The rows of one entity: view `mapped` has those of the source, `known` those landed."""

    connection: duckdb.DuckDBPyConnection
    mapping: EntityMapping
    known: Known
    state: SyncState
    sync_at: datetime  # of the closed sync, or now where the source does not tell
    since: datetime | None  # from when on rows are read; None for all of them

    @property
    def entity(self) -> Entity:
        """The entity."""
        return self.mapping.entity

    @cached_property
    def keys(self) -> list[str]:
        """The quoted columns of the key."""
        return [sql.identifier(name) for name in self.entity.key]

    @property
    def key_list(self) -> str:
        """The columns of the key as a list."""
        return ", ".join(self.keys)

    @property
    def version(self) -> str:
        """The quoted column that orders versions."""
        return sql.identifier(str(self.entity.version))

    def create_view(self) -> None:
        """Create the view `mapped`: the rows that may be landed, in the shape of the contract."""
        source = self._source(taken=True)
        types = describe(self.connection, source)
        select = strict_select(self.entity, source, received_at=self.sync_at, columns=types)
        self.execute(f"create or replace temp view mapped as {select}")

    def _source(self, *, taken: bool) -> str:
        """Return a SELECT of the rows that may be landed, or of those that may not yet."""
        waits = f"coalesce({IS_WAITING}, false)" if self._can_wait else "false"
        taking = f"{self._is_closed} and not {waits}"
        columns = f"* exclude ({IS_WAITING})" if self._can_wait and taken else "*"
        recent = f" and {RECEIVED_AT.name} >= {sql.timestamp(self.since)}" if self.since else ""
        return (
            f"select {columns} from ({self.mapping.sql}) "
            f"where {taking if taken else f'not ({taking})'}{recent}"
        )

    @property
    def _can_wait(self) -> bool:
        return IS_WAITING in self.mapping.columns

    @property
    def _is_closed(self) -> str:
        if self.state.closed_at is None or RECEIVED_AT.name not in self.mapping.columns:
            return "true"
        return f"coalesce({RECEIVED_AT.name} <= {sql.timestamp(self.state.closed_at)}, true)"

    def left_out(self) -> dict[str, int]:
        """Return how many rows wait for a row of another table, and for their sync to be closed."""
        if not self._can_wait and not self.state.is_open:
            return {}
        found = self._source(taken=False)
        if self._can_wait:
            # what happened was landed once, and may have lost since what it needed then
            same = " and ".join(
                f"cast(l.{k} as varchar) = cast(r.{k} as varchar)" for k in self.keys
            )
            found = f"select l.* from ({found}) as l anti join {self.known.relation} as r on {same}"
        waiting, total = self.execute(
            f"select count(*) filter (where {self._is_closed}), count(*) from ({found})"
        ).fetchall()[0]
        return {"waiting": waiting, "held": total - waiting}

    def is_bad(self) -> str:
        """Return SQL for whether a row has no identity: it did not parse, or has no key."""
        version = [self.version] if self.entity.version else []
        lacks = " or ".join(f"{name} is null" for name in (*self.keys, *version))
        return f"({PARSE_ERROR.name} is not null or {lacks})"

    def content(self, *without: str | None) -> str:
        """Return SQL for a hash of what a row says; equal within one process."""
        names = [column.name for column in self.entity.columns if column.name not in without]
        parts = [sql.identifier(name) for name in (*names, SET_ASIDE.name, PARSE_ERROR.name)]
        return f"hash({', '.join(parts)})"

    def same(self, left: str, right: str, *more: str) -> str:
        """Return SQL for whether two relations have the same key, and columns `more`, NULL too."""
        return " and ".join(
            f"{left}.{name} is not distinct from {right}.{name}" for name in (*self.keys, *more)
        )

    def shared(self, relation: str) -> int:
        """Return how many keys of a relation are those of other systems too."""
        others = self.known.other_keys
        if others is None or self.entity.name in SHARED:
            return 0
        return int(
            self.one(
                f"select count(*) from (select distinct {self.key_list} from {relation} as r "
                f"semi join {others} as o on {self.same('r', 'o')})"
            )
        )

    def table(self, name: str, select: str) -> int:
        """Create a temporary table and return its number of rows."""
        self.execute(f"create or replace temp table {name} as {select}")
        return int(self.one(f"select count(*) from {name}"))

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        """Run SQL."""
        return self.connection.execute(statement)

    def one(self, select: str) -> Any:
        """Return the value of a SELECT of one."""
        return self.execute(select).fetchall()[0][0]


# Of accounts and people several systems know the same ones.
SHARED = ("crm_accounts", "usage_people", "usage_identities")


def ordered(selects: Iterable[str], order: str) -> str:
    """Return the union of SELECTs in an order that does not change from run to run."""
    return f"select * from ({' union all '.join(selects)}) order by {order}"
