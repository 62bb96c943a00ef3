"""The mappings of a source system: SQL files that turn its tables into entities of the contract.

<system>/<entity>.sql is one SELECT over the tables of the system, whose columns are called as the
contract calls them. Every table has two columns more: `_synced_at`, when a loader wrote the row,
and `_is_deleted`, whether the loader says that it is gone. A comment at the top may hold YAML:

rows      overwritten  one row a key, which changes in place (the default where rows have versions)
          versions     one row a key and version
          appended     what happened: rows that never change (the default where there is no version)
vanished  deleted (the default) or kept: what it says that a row is not there any more
cursor    the one table whose rows need no other: only what it got since is read
optional  tables, and columns as table.column, that may be missing: they are empty then
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from product_health import strict_yaml
from product_health.contract import Contract, Entity
from product_health.errors import UserError

DIALECT = "duckdb"
SHIPPED = Path(__file__).parent
# Where a project's own systems are, and all systems that are part of what its metrics mean.
OWN = "systems"
MAPPINGS = ("scripts/product_health/systems", OWN)
# Columns that every table of a source has, beside its own.
SYNCED_AT, IS_DELETED = "_synced_at", "_is_deleted"
ADDED = {SYNCED_AT, IS_DELETED}
# A column beside those of the contract: the row needs a row of another table that is not there yet.
IS_WAITING = "is_waiting"
HEADER_KEYS: Mapping[str, Sequence[str] | None] = {
    "rows": ("overwritten", "versions", "appended"),
    "vanished": ("deleted", "kept"),
    "cursor": None,
    "optional": None,
}


@dataclass(frozen=True)
class EntityMapping:
    """How the tables of a system become an entity."""

    entity: Entity
    path: Path
    text: str
    rows: str
    vanished: str
    cursor: str | None
    optional: frozenset[str]
    sql: str
    columns: tuple[str, ...]
    reads: Mapping[str, frozenset[str]]  # table -> its columns, in lower case


@dataclass(frozen=True)
class System:
    """A source system: its name, and its mappings by entity."""

    name: str
    folder: Path
    mappings: Mapping[str, EntityMapping]

    @cached_property
    def tables(self) -> dict[str, frozenset[str]]:
        """The tables that it reads, and their columns."""
        found: dict[str, frozenset[str]] = {}
        for mapping in self.mappings.values():
            for table, columns in mapping.reads.items():
                found[table] = found.get(table, frozenset()) | columns
        return found


def find_system(name: str, own: Sequence[Path], contract: Contract) -> System:
    """Return a shipped system, one of the folders `own` by its name, or that of a folder.

    UserError where there is none such, or a file of it is no mapping.
    """
    folders = {path.name: path for path in (*shipped(), *own)}
    path = Path(name) if "/" in name or Path(name).is_dir() else folders.get(name.lower())
    if path is None or not path.is_dir():
        near = get_close_matches(name.lower(), folders, n=2, cutoff=0.5) or sorted(folders)
        message = (
            f"--system {name}: there is no such system; did you mean {' or '.join(near)}? One of "
            "your own is given as its folder: --system path/to/folder"
        )
        raise UserError(message)
    return read_system(path, contract)


def shipped() -> list[Path]:
    """Return the folders of the systems that are shipped."""
    return [path for path in sorted(SHIPPED.iterdir()) if any(path.glob("*.sql"))]


def own_folders(project: Path) -> list[Path]:
    """Return the folders of a project's own systems."""
    return [path for path in sorted((project / OWN).glob("*")) if any(path.glob("*.sql"))]


def mapping_files(project: Path) -> list[Path]:
    """Return the files of all mappings of a project, shipped ones and its own."""
    return sorted(path for folder in MAPPINGS for path in (project / folder).glob("*/*.sql"))


def read_system(folder: Path, contract: Contract) -> System:
    """Read the mappings in a folder; UserError where one is wrong, or there is none."""
    paths = sorted(folder.glob("*.sql"))
    if not paths:
        message = f"{folder}: holds no mapping: a file <entity>.sql for each entity, such as "
        raise UserError(message + "support_tickets.sql")
    mappings = [_read(path, contract) for path in paths]
    name = folder.resolve().name.lower()
    return System(name, folder, {mapping.entity.name: mapping for mapping in mappings})


def _read(path: Path, contract: Contract) -> EntityMapping:
    try:
        entity = contract.entity(path.stem)
        text = path.read_text(encoding="utf-8")
    except (UserError, OSError, UnicodeDecodeError) as error:
        message = f"{path}: is no mapping: {error}"
        raise UserError(message) from error
    query = _query(path, text)
    columns = tuple(query.named_selects)
    _check_columns(path, entity, columns)
    header = _header(path, text)
    default = "overwritten" if entity.version else "appended"
    mapping = EntityMapping(
        entity=entity,
        path=path,
        text=text,
        rows=header.get("rows", default),
        vanished=header.get("vanished", "deleted"),
        cursor=header.get("cursor"),
        optional=frozenset(name.lower() for name in header.get("optional", ())),
        sql=query.sql(dialect=DIALECT, comments=False),
        columns=columns,
        reads=_reads(path, query),
    )
    _check_header(mapping)
    return mapping


def _query(path: Path, text: str) -> exp.Query:
    try:
        parsed = sqlglot.parse(text, read=DIALECT)
    except SqlglotError as error:
        message = f"{path}: cannot be read as SQL: {str(error).splitlines()[0]}"
        raise UserError(message) from error
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        message = f"{path}: a mapping is one SELECT, and nothing else"
        raise UserError(message)
    return parsed[0]


def header_of(text: str) -> Any:
    """Return the YAML of the comment at the top of a mapping; None where there is none."""
    stripped = text.lstrip()
    if not stripped.startswith("/*"):
        return None
    return strict_yaml.parse(stripped[2:].partition("*/")[0])


def _header(path: Path, text: str) -> dict[str, Any]:
    try:
        header = header_of(text) or {}
    except yaml.YAMLError as error:
        message = f"{path}: the comment at its top is no YAML: {error}"
        raise UserError(message) from error
    if not isinstance(header, dict):
        message = f"{path}: the comment at its top holds keys such as rows and optional"
        raise UserError(message)
    for key, value in header.items():
        if key not in HEADER_KEYS:
            near = get_close_matches(str(key), HEADER_KEYS, n=1, cutoff=0.5) or list(HEADER_KEYS)
            message = f"{path}: unknown key {key!r} at its top; did you mean {' or '.join(near)}?"
            raise UserError(message)
        allowed = HEADER_KEYS[key]
        if allowed and value not in allowed:
            message = f"{path}: {key} cannot be {value!r}; it is {' or '.join(allowed)}"
            raise UserError(message)
    return header


def _check_header(mapping: EntityMapping) -> None:
    if (mapping.rows == "appended") != (mapping.entity.version is None):
        has = "versions" if mapping.entity.version else "no versions"
        message = f"{mapping.path}: {mapping.entity.name} has {has}, so rows cannot be "
        raise UserError(message + mapping.rows)
    known = {f"{table}.{name}" for table, names in mapping.reads.items() for name in names}
    known |= set(mapping.reads)
    for name in sorted(mapping.optional | ({mapping.cursor} if mapping.cursor else set())):
        if name not in known:
            message = f"{mapping.path}: its SELECT reads no {name!r}, which its top names"
            raise UserError(message)


def _check_columns(path: Path, entity: Entity, columns: Sequence[str]) -> None:
    known = [column.name for column in entity.given_columns]
    for name in columns:
        if name not in known and not (name == IS_WAITING and entity.version is None):
            near = get_close_matches(name, known, n=2, cutoff=0.5) or known
            has = f"{entity.name} has no column {name!r}"
            message = f"{path}: {has}; did you mean {' or '.join(near)}?"
            raise UserError(message)
        if columns.count(name) > 1:
            message = f"{path}: column {name!r} is there twice"
            raise UserError(message)
    missing = [c.name for c in entity.columns if c.required and c.name not in columns]
    if missing:
        message = (
            f"{path}: lacks {', '.join(missing)}, without which no row of {entity.name} counts"
        )
        raise UserError(message)


def tables_of(query: exp.Expr) -> set[str]:
    """Return the names of the tables that a query reads, in lower case."""
    return {
        source.name.lower()
        for scope in traverse_scope(query)
        for source in scope.sources.values()
        if isinstance(source, exp.Table)
    }


def _reads(path: Path, query: exp.Query) -> dict[str, frozenset[str]]:
    """Return the tables of a query and the columns that it reads of each."""
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(query):
        tables = {
            alias: source.name.lower()
            for alias, source in scope.sources.items()
            if isinstance(source, exp.Table)
        }
        for table in tables.values():
            found.setdefault(table, set())
        if tables and scope.expression.is_star:
            read = ", ".join(tables.values())
            message = f"{path}: name the columns that are read of {read} instead of *"
            raise UserError(message)
        for column in scope.columns:
            alias = column.table or (next(iter(scope.sources)) if len(scope.sources) == 1 else "")
            if not alias:
                message = f"{path}: say of which table {column.name} is, as table.{column.name}"
                raise UserError(message)
            if alias in tables:
                found[tables[alias]].add(column.name.lower())
    return {table: frozenset(columns - ADDED) for table, columns in found.items()}
