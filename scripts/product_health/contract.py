"""The landing contract, read from its only home, models/staging/landing/_landing__sources.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from product_health.errors import UserError
from product_health.strict_yaml import parse_own

CONTRACT_FILE = Path("models/staging/landing/_landing__sources.yml")
REGISTER = "loads"
# What `meta` of a table and of a column may say.
TABLE_META = ("key", "version", "event_time", "is_register")
COLUMN_META = ("required", "empty_means", "folded", "personal", "staged_as")

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
    empty_means: str | None = None
    personal: bool = False

    @property
    def duckdb_type(self) -> str:
        """The type it has in a landed Parquet file."""
        return DUCKDB_TYPES[self.data_type]


RECEIVED_AT = Column("received_at", "timestamp")
SOURCE_SYSTEM = Column("source_system", "text")
FILES = "files"  # the source system of what is landed without a name for it
SOURCE_ORDER = Column("source_order", "integer")
IS_DELETED = Column("is_deleted", "boolean", empty_means="not deleted")
BARE_DATES = Column("bare_dates", "text")
SET_ASIDE = Column("set_aside", "text")
PARSE_ERROR = Column("parse_error", "text")
RAW_TEXT = Column("raw_text", "text", personal=True)
# What land adds to every table; these two are not in the files (folder name, row position).
PLACE_COLUMNS = ("load_id", "landing_row")


@dataclass(frozen=True)
class Entity:
    """A table of the contract with its own columns, those that land adds left out."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    version: str | None = None
    event_time: str | None = None

    @property
    def given_columns(self) -> tuple[Column, ...]:
        """The columns that an input may give, in order: its own, and some that land adds."""
        deleted = (IS_DELETED,) if self.version else ()
        return (*self.columns, RECEIVED_AT, SOURCE_ORDER, *deleted)

    @property
    def row_columns(self) -> tuple[Column, ...]:
        """The columns that a row is written with, in order; the source system is the load's."""
        return (*self.given_columns, BARE_DATES, SET_ASIDE, PARSE_ERROR, RAW_TEXT)

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns of its Parquet file, in order."""
        return (*self.row_columns, SOURCE_SYSTEM)

    def column(self, name: str) -> Column:
        """Return a column that an input may give; KeyError where it has none such."""
        return {column.name: column for column in self.given_columns}[name]

    def is_needed(self, column: Column) -> bool:
        """Whether a value that is wrong in a column sets the whole row aside."""
        needed = {*self.key, self.version, self.event_time}
        return column.required or column.empty_means is not None or column.name in needed


LAND_COLUMNS = {
    *PLACE_COLUMNS,
    *(column.name for column in Entity("any", (), version="any").file_columns),
}


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
        document = parse_own(path.read_text(encoding="utf-8"))
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
    added = PLACE_COLUMNS if meta.get("is_register") else LAND_COLUMNS
    return Entity(
        name=table["name"],
        columns=tuple(_column(c) for c in table["columns"] if c["name"] not in added),
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
        empty_means=meta.get("empty_means"),
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
