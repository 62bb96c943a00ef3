"""What loaders add to the tables that they fill: when a row was written, which sync is closed.

Fivetran   _fivetran_synced, _fivetran_deleted; fivetran_audit, where it is there: a sync
           (update_id) is closed when every row of it has `done` and the status OK
dlt        _dlt_load_id; _dlt_loads: a load is closed when its status is 0
Airbyte    _airbyte_extracted_at (or _emitted_at), _ab_cdc_deleted_at; it keeps no note of syncs
Segment    uuid_ts, else received_at; it keeps no note of syncs

Without such a note a sync counts as closed: what is there is taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from product_health.landing import sql

STAMPS = (
    "_fivetran_synced",
    "_dlt_load_id",
    "_airbyte_extracted_at",
    "_airbyte_emitted_at",
    "uuid_ts",
    "received_at",
)
DELETIONS = ("_fivetran_deleted", "_ab_cdc_deleted_at")
AUDIT, DLT_LOADS = "fivetran_audit", "_dlt_loads"
NOTES: Mapping[str, frozenset[str]] = {
    AUDIT: frozenset({"update_id", "update_started", "done", "status"}),
    DLT_LOADS: frozenset({"load_id", "status", "inserted_at"}),
}
# Rows of a load that is not closed are written later than any sync.
OPEN = "timestamp 'infinity'"


@dataclass(frozen=True)
class SyncState:
    """Until when what is written is whole, and the source itself; both may be unknown.

    `is_noted` says that the loader keeps a note of it; else it is when the latest row was written.
    `is_open` says that rows of a later sync are there, which is under way or was cut off.
    """

    closed_at: datetime | None
    complete_until: datetime | None
    is_noted: bool
    is_open: bool


def stamp_of(names: Iterable[str]) -> str | None:
    """Return the column that says when a row was written; None where a table has none."""
    there = set(names)
    return next((name for name in STAMPS if name in there), None)


def kept_columns(names: Iterable[str]) -> list[str]:
    """Return the columns of a table that its loader added, of those that are looked at."""
    there = set(names)
    stamp = stamp_of(there)
    return [*([stamp] if stamp else []), *(name for name in DELETIONS if name in there)]


def stamp_sql(types: Mapping[str, str], alias: str) -> str:
    """Return SQL for when a row was written, in UTC; `types` are the columns in lower case."""
    name = stamp_of(types)
    if name is None:
        return "cast(null as timestamp)"
    column = f"{alias}.{sql.identifier(name)}"
    if name == "_dlt_load_id":
        closed = f"(select max(inserted_at) from {DLT_LOADS} where load_id = {column})"
        return f"coalesce({closed}, {OPEN})"
    return utc_sql(column, types[name])


def utc_sql(value: str, value_type: str) -> str:
    """Return SQL for a time in UTC; the session's time zone must be UTC."""
    if value_type == "TIMESTAMP":
        return value
    return f"cast(try_cast({value} as timestamptz) as timestamp)"


def deleted_sql(types: Mapping[str, str], alias: str) -> str:
    """Return SQL for whether the loader says that a row is gone."""
    said = {
        "_fivetran_deleted": f"coalesce(cast({alias}._fivetran_deleted as boolean), false)",
        "_ab_cdc_deleted_at": f"{alias}._ab_cdc_deleted_at is not null",
    }
    return " or ".join(said[name] for name in DELETIONS if name in types) or "false"


def sync_state(
    connection: duckdb.DuckDBPyConnection, tables: list[str], notes: set[str]
) -> SyncState:
    """Return what the notes of the loader say, or else the latest time at which a row was written.

    `tables` have `_synced_at`; `notes` are those of NOTES that are there, as relations.
    """
    stamps = " union all ".join(
        f"select max(_synced_at) as stamp, max(_synced_at) filter (where isfinite(_synced_at)) "
        f"as closed from {sql.identifier(table)}"
        for table in tables
    )
    found = f"select max(stamp), max(closed), false from ({stamps})"
    latest, closed, _ = connection.execute(found).fetchall()[0]
    complete = closed
    if AUDIT in notes:
        closed, complete = connection.execute(_AUDITED).fetchall()[0]
    elif DLT_LOADS in notes:
        closed, complete = connection.execute(_DLT).fetchall()[0]
    is_open = latest is not None and closed is not None and latest > closed
    return SyncState(closed, complete, bool(notes), is_open)


_AUDITED = f"""
    with updates as (
        select
            update_id,
            max(cast(cast(done as timestamptz) as timestamp)) as done,
            min(cast(cast(update_started as timestamptz) as timestamp)) as started,
            bool_and(done is not null and upper(status) = 'OK') as is_closed
        from {AUDIT}
        group by update_id
    )
    select max(done), max(started) from updates where is_closed
"""
_DLT = f"""
    select max(inserted_at), max(make_timestamp(cast(cast(load_id as double) * 1000000 as bigint)))
    from {DLT_LOADS}
"""


def note_sql(name: str, relation: str, types: Mapping[str, str]) -> str:
    """Return a SELECT of a loader's note; of dlt's loads those that are closed, in UTC."""
    if name == AUDIT:
        return f"select * from {relation}"
    return (
        f"select load_id, {utc_sql('inserted_at', types['inserted_at'])} as inserted_at "
        f"from {relation} where cast(status as integer) = 0"
    )
