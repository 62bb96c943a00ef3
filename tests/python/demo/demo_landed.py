"""Writing a small demo company, and reading what was landed with nothing but DuckDB."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from product_health.contract import Contract
from product_health.demo.build import build
from product_health.demo.params import Parameters, read_product
from product_health.landing.store import LandingStore
from reference import Company

SMALL: dict[str, Any] = {
    "seed": 7,
    "accounts": 30,
    "days": 100,
    "scale": 1.0,
    "start": date(2025, 3, 1),
}


@dataclass(frozen=True)
class Landed:
    """A landing folder that the demo has written."""

    folder: Path
    root: Path
    contract: Contract

    @cached_property
    def truth(self) -> Any:
        """What was planted."""
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL in which {usage_events} and the like stand for all landed rows of an entity."""
        with duckdb.connect() as connection:
            return connection.execute(sql.format_map(self.relations)).fetchall()

    @cached_property
    def relations(self) -> dict[str, str]:
        """Each entity's landed rows as SQL."""
        return {name: self._relation(name) for name in self.contract.entities}

    def _relation(self, entity: str) -> str:
        path = self.folder / "loads" / "load_id=*" / f"{entity}.parquet"
        return (
            f"(select *, file_row_number as landing_row from read_parquet('{path}', "
            "hive_partitioning = true, hive_types = {'load_id': bigint}, file_row_number = true))"
        )

    @cached_property
    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """All landed rows, as dictionaries."""
        return {name: self._rows(relation) for name, relation in self.relations.items()}

    @staticmethod
    def _rows(relation: str) -> list[dict[str, Any]]:
        with duckdb.connect() as connection:
            found = connection.execute(f"select * from {relation} order by load_id, landing_row")
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @cached_property
    def company(self) -> Company:
        """The landed rows as the reference takes them."""
        return Company(
            tables=self.tables,
            loads=LandingStore(self.folder, self.contract).loads(),
            seeds={path.stem: _seed(path) for path in (self.root / "seeds").glob("*.csv")},
        )

    def hashes(self) -> dict[str, str]:
        """A hash of the rows of each load, in their order, but for the register's."""
        return {name: self._hash(relation) for name, relation in self.relations.items()}

    def _hash(self, relation: str) -> str:
        with duckdb.connect() as connection:
            rows = connection.execute(
                "select load_id, count(*), md5(string_agg(cast(one as varchar), chr(10) "
                f"order by landing_row)) from {relation} as one group by load_id order by load_id"
            ).fetchall()
        return str(rows)


def _seed(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parameters(root: Path, **changes: Any) -> Parameters:
    """Parameters of the small company, some of them changed."""
    return Parameters(**{**SMALL, **changes}, product=read_product(root / "seeds"))


def write(
    folder: Path, root: Path, contract: Contract, *, threads: int | None = None, **changes: Any
) -> Landed:
    """Write the small company, some of its parameters changed."""
    build(parameters(root, **changes), contract, LandingStore(folder, contract), threads=threads)
    return Landed(folder, root, contract)
