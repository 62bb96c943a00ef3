"""The landing contract, read from its only home, models/staging/landing/_landing__sources.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from product_health.errors import UserError

CONTRACT_FILE = Path("models/staging/landing/_landing__sources.yml")
REGISTER = "loads"
# Land adds these to every table; the first two are not in the files (folder name, row position).
LAND_COLUMNS = ("load_id", "landing_row", "received_at", "parse_error", "raw_text")

# What `meta` of a table and of a column may say.
TABLE_META = ("key", "version", "event_time", "is_register")
COLUMN_META = ("required", "personal")

DUCKDB_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "json": "VARCHAR",
}


@dataclass(frozen=True)
class Column:
    """A column of the contract; data_type is one of DUCKDB_TYPES."""

    name: str
    data_type: str
    required: bool = False
    personal: bool = False

    @property
    def duckdb_type(self) -> str:
        """The type it has in a landed Parquet file."""
        return DUCKDB_TYPES[self.data_type]


@dataclass(frozen=True)
class Entity:
    """A table of the contract with its own columns, those that land adds left out."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    version: str | None = None
    event_time: str | None = None

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns of its Parquet file, in order."""
        return (*self.columns, *FILE_LAND_COLUMNS)

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError where it has none such."""
        return {column.name: column for column in self.columns}[name]


FILE_LAND_COLUMNS = (
    Column("received_at", "timestamp"),
    Column("parse_error", "text"),
    Column("raw_text", "text", personal=True),
)


@dataclass(frozen=True)
class Contract:
    """All entities by name, and the register of loads (its load_id left out)."""

    entities: Mapping[str, Entity]
    register: Entity

    def entity(self, name: str) -> Entity:
        """Return an entity; UserError that names near ones where there is none such."""
        if name not in self.entities:
            near = get_close_matches(name, self.entities, n=3, cutoff=0.5) or sorted(self.entities)
            message = (
                f"there is no entity {name!r} in {CONTRACT_FILE}; did you mean {_either(near)}?"
            )
            raise UserError(message)
        return self.entities[name]


def load_contract(project_dir: Path) -> Contract:
    """Read the contract of the project in `project_dir`; UserError where it cannot be read."""
    path = project_dir / CONTRACT_FILE
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        tables = {
            table["name"]: _entity(table)
            for source in document["sources"]
            for table in source["tables"]
        }
        register = tables.pop(REGISTER)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        message = f"{path}: the landing contract cannot be read: {error!r}"
        raise UserError(message) from error
    return Contract(tables, register)


def _entity(table: Mapping[str, Any]) -> Entity:
    meta = table["config"]["meta"]
    _check_keys(f"table {table['name']!r}", meta, TABLE_META)
    return Entity(
        name=table["name"],
        columns=tuple(_column(c) for c in table["columns"] if c["name"] not in LAND_COLUMNS),
        key=tuple(meta.get("key", ())),
        version=meta.get("version"),
        event_time=meta.get("event_time"),
    )


def _column(column: Mapping[str, Any]) -> Column:
    meta = column.get("config", {}).get("meta", {})
    _check_keys(f"column {column['name']!r}", meta, COLUMN_META)
    data_type = column["data_type"]
    if data_type not in DUCKDB_TYPES:
        message = f"{CONTRACT_FILE}: column {column['name']!r} has the unknown type {data_type!r}"
        raise UserError(message)
    return Column(
        name=column["name"],
        data_type=data_type,
        required=meta.get("required", False),
        personal=meta.get("personal", False),
    )


def _check_keys(where: str, meta: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in meta:
        if key not in known:
            near = get_close_matches(str(key), known, n=2, cutoff=0.5) or list(known)
            said = f"{CONTRACT_FILE}: {where} has the unknown key {key!r} in its meta"
            message = f"{said}; did you mean {_either(near)}?"
            raise UserError(message)


def _either(names: list[str]) -> str:
    return " or ".join(names)
