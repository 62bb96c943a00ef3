"""A source database that a loader fills, sync by sync, and what was landed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from product_health.landing.command import Screen
from product_health.landing.store import LandingStore
from product_health.landing.sync.run import SyncOutcome, SyncRequest, land_news
from product_health.systems.mapping import read_system

START = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC, as in the landed files
TABLES: Mapping[str, str] = {
    "ticket": "id bigint, requester_id varchar, status varchar, created_at timestamp, "
    "updated_at timestamp, _fivetran_deleted boolean, _fivetran_synced timestamp",
    "change": "id bigint, ticket_id bigint, kind varchar, changed_at timestamp, "
    "_fivetran_synced timestamp",
    "account_history": "id varchar, name varchar, created_at timestamp, valid_from timestamp, "
    "_fivetran_synced timestamp",
}
MAPPINGS: Mapping[str, str] = {
    "crm_accounts": """
/*
rows: versions
*/
select
    account_history.id as account_id,
    account_history.name,
    account_history.created_at,
    account_history.valid_from as updated_at,
    account_history._synced_at as received_at
from account_history
""",
    "support_ticket_events": """
/*
cursor: change
*/
select
    change.id as ticket_event_id,
    change.ticket_id,
    change.kind as event_type,
    'staff' as actor_role,
    change.changed_at as occurred_at,
    change._synced_at as received_at
from change
""",
    "support_tickets": """
select
    ticket.id as ticket_id,
    ticket.requester_id,
    ticket.status,
    ticket._is_deleted as is_deleted,
    ticket.created_at,
    ticket.updated_at,
    ticket._synced_at as received_at
from ticket
""",
}

Row = dict[str, Any]


def written(folder: Path, mappings: Mapping[str, str]) -> Path:
    """Write a folder of mappings."""
    folder.mkdir(exist_ok=True)
    for entity, text in mappings.items():
        (folder / f"{entity}.sql").write_text(text)
    return folder


def hour(number: float) -> datetime:
    """Return the time so many hours after the start."""
    return START + timedelta(hours=number)


@dataclass
class Source:
    """The tables of a help desk in a DuckDB file; a test changes `tables` and writes them."""

    path: Path
    store: LandingStore
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def write(self) -> None:
        """Write the tables as they are now."""
        with duckdb.connect(str(self.path)) as connection:
            for name, columns in TABLES.items():
                connection.execute(f"create or replace table {name} ({columns})")
                names = [part.split()[0] for part in columns.split(", ")]
                rows = [[row.get(column) for column in names] for row in self.tables[name]]
                if rows:
                    marks = ", ".join("?" for _ in names)
                    connection.executemany(f"insert into {name} values ({marks})", rows)

    def land(self, **options: Any) -> SyncOutcome:
        """Land what is new."""
        system = read_system(written(self.path.parent / "desk", MAPPINGS), self.store.contract)
        request = SyncRequest(system, "desk", str(self.path), **options)
        return land_news(request, self.store, Screen())

    def landed(self, entity: str) -> list[Row]:
        """Return the rows that count, in the order of their place."""
        return landed_rows(self.store, entity)


def landed_rows(store: LandingStore, entity: str) -> list[Row]:
    """Return the rows of the loads that count, in the order of their place."""
    ids = sorted({row["load_id"] for row in store.loads() if row["undone_at"] is None})
    found = [store.load_dir(load_id) / f"{entity}.parquet" for load_id in (0, *ids)]
    paths = [str(path) for path in found if path.exists()]
    with duckdb.connect() as connection:
        result = connection.execute(
            "select * exclude (filename) from read_parquet(?, filename = true, "
            "file_row_number = true, hive_partitioning = false) order by filename, file_row_number",
            [paths],
        )
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def state(rows: Sequence[Row], key: str, version: str, at: datetime) -> dict[Any, Row]:
    """Return the rows that hold at a time: of each key the latest version, of equal ones the last.

    One that is deleted holds no more.
    """
    found: dict[Any, Row] = {}
    for row in rows:
        if row[version] <= at and (
            row[key] not in found or row[version] >= found[row[key]][version]
        ):
            found[row[key]] = row
    return {name: row for name, row in found.items() if not row["is_deleted"]}
