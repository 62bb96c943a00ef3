"""What was landed of a system before: the loads that count, in the landing folder itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from product_health.contract import RECEIVED_AT, Entity
from product_health.landing import sql
from product_health.landing.store import LandingStore, LoadRow


@dataclass(frozen=True)
class Known:
    """The register rows of an entity: those of one system, and of the others, that count."""

    store: LandingStore
    entity: Entity
    system: str
    rows: tuple[LoadRow, ...]
    others: tuple[LoadRow, ...]
    was_undone: bool  # whether the last of its loads was taken back

    @property
    def load_ids(self) -> list[int]:
        """The loads that hold rows of the system."""
        return [row["load_id"] for row in self.rows if row["row_count"]]

    @property
    def complete_until(self) -> datetime | None:
        """Its heartbeat."""
        return max(
            (row["complete_until"] for row in self.rows if row["complete_until"]), default=None
        )

    @property
    def relation(self) -> str:
        """The landed rows as a relation, with load_id and landing_row."""
        return self._relation(self.load_ids)

    def last_received(self, connection: duckdb.DuckDBPyConnection) -> datetime | None:
        """Return when its latest row was received; None where all rows must be looked at again."""
        if not self.load_ids or self.was_undone:
            return None
        latest = f"select max({RECEIVED_AT.name}) from {self.relation}"
        found: datetime | None = connection.execute(latest).fetchall()[0][0]
        return found

    @property
    def other_keys(self) -> str | None:
        """The landed rows of other systems as a relation; None where there are none."""
        ids = [row["load_id"] for row in self.others if row["row_count"]]
        return self._relation(ids) if ids else None

    def _relation(self, load_ids: Sequence[int]) -> str:
        folders = [self.store.load_dir(load_id) for load_id in (0, *load_ids)]
        paths = ", ".join(sql.path(folder / f"{self.entity.name}.parquet") for folder in folders)
        return (
            f"(select *, file_row_number as landing_row from read_parquet([{paths}], "
            "hive_partitioning = true, hive_types = {'load_id': bigint}, file_row_number = true))"
        )


def known(store: LandingStore, entity: Entity, system: str, register: Sequence[LoadRow]) -> Known:
    """Return what the register says of an entity."""
    of_entity = [row for row in register if row["entity"] == entity.name]
    mine = [row for row in of_entity if row["source_system"] == system]
    counting = [row for row in of_entity if row["undone_at"] is None]
    return Known(
        store=store,
        entity=entity,
        system=system,
        rows=tuple(row for row in counting if row["source_system"] == system),
        others=tuple(row for row in counting if row["source_system"] != system),
        was_undone=bool(mine) and mine[-1]["undone_at"] is not None,
    )
