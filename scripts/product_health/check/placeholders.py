"""What the SQL of an expectation may name in braces."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import duckdb

from product_health.contract import load_contract
from product_health.errors import UserError
from product_health.project import declared_vars
from product_health.strict_yaml import parse_own

# A brace of a regular expression, as in [a-z]{2,}, is no placeholder.
PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
HEARTBEATS = "intermediate.int_heartbeats"


@dataclass(frozen=True)
class Placeholders:
    """Values by name. Those of a relation are added where its SQL is written."""

    values: Mapping[str, str]

    def fill(self, sql: str, where: str, **of_relation: str) -> str:
        """Write the SQL with every placeholder replaced; UserError for one that is unknown."""
        known = {**self.values, **of_relation}

        def value(found: re.Match[str]) -> str:
            name = found.group(1)
            if name in known:
                return known[name]
            near = get_close_matches(name, known, n=3, cutoff=0.5) or sorted(known)
            message = f"{where}: unknown placeholder {{{name}}}; known are {', '.join(near)}"
            raise UserError(message)

        return PLACEHOLDER.sub(value, sql.rstrip("; \t\r\n"))


def names_in(sql: str) -> set[str]:
    """Give the placeholders that SQL names."""
    return set(PLACEHOLDER.findall(sql))


def placeholders(
    project: Path, connection: duckdb.DuckDBPyConnection, on: date | None
) -> Placeholders:
    """Give the placeholders of a project: variables of dbt, personal columns, and until when."""
    variables = {
        name: literal(value) if isinstance(value, str) else str(value)
        for name, value in declared_vars(project).items()
        if isinstance(value, int | float | str) and not isinstance(value, bool)
    }
    reference = _reference_time(connection, on)
    return Placeholders(
        {
            **variables,
            "personal_columns": ", ".join(map(literal, sorted(personal_columns(project)))),
            "reference_time": f"timestamp '{reference}'"
            if reference
            else "cast(null as timestamp)",
        }
    )


def literal(value: str) -> str:
    """Write a text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def personal_columns(project: Path) -> set[str]:
    """Give the names of columns that the contract or a model tags as personal."""
    landed = {
        column.name
        for entity in load_contract(project).entities.values()
        for column in entity.file_columns
        if column.personal
    }
    tagged: set[str] = set()
    for path in (project / "models").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        if "personal" in text:
            document = parse_own(text)
            tagged |= {column["name"] for column in _columns(document) if _is_personal(column)}
    return landed | tagged


def _columns(document: Any) -> Iterator[dict[str, Any]]:
    for model in (document or {}).get("models", ()):
        yield from model.get("columns", ())


def _is_personal(column: Mapping[str, Any]) -> bool:
    meta = column.get("config", {}).get("meta", {}) | column.get("meta", {})
    return bool(meta.get("personal"))


def _reference_time(connection: duckdb.DuckDBPyConnection, on: date | None) -> datetime | None:
    """Give the time that sources are held against: the newest heartbeat, not a clock."""
    if on:
        return _day_after(on)
    try:
        row = connection.execute(f"select max(complete_until) from {HEARTBEATS}").fetchone()
    except duckdb.CatalogException as error:
        message = f"the warehouse lacks {HEARTBEATS}; run `dbt build` first"
        raise UserError(message) from error
    return row[0] if row else None


def _day_after(on: date) -> datetime:
    try:
        return datetime.combine(on + timedelta(days=1), time())
    except OverflowError as error:
        message = f"--date {on}: there is no date after it; give one of today's"
        raise UserError(message) from error
