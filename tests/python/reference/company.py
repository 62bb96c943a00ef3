"""What the reference takes in: landed rows, the register of loads, seeds and vars, all as data.

The landing contract (keys, versions, required columns) is read from its only home, the YAML of the
sources. Times are naive datetimes in UTC, dates are dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

Row = dict[str, Any]

CONTRACT = Path(__file__).parents[3] / "models/staging/landing/_landing__sources.yml"
ADDED_BY_LAND: Row = {
    "load_id": 1,
    "landing_row": 0,
    "received_at": None,
    "source_system": "files",
    "source_order": None,
    "is_deleted": None,
    "bare_dates": None,
    "set_aside": None,
    "parse_error": None,
    "raw_text": None,
}
DEFAULT_VARS: Mapping[str, Any] = {
    "reporting_timezone": "UTC",
    "earliest_date": "2000-01-01",
    "system_order": ["salesforce", "zendesk", "segment", "files"],
    "reporting_currency": "USD",
    "as_of_date": None,
    "short_window_days": 7,
    "window_days": 28,
    "nps_window_days": 90,
    "small_sample_responses": 30,
    "response_days": 30,
    "retention_max_periods": {"day": 90, "week": 52, "month": 24},
    "survey_scales": {
        "nps": {"lowest": 0, "highest": 10},
        "csat": {"lowest": 1, "highest": 5, "satisfied_from": 4},
        "ces": {"lowest": 1, "highest": 7},
    },
}


@dataclass(frozen=True)
class Entity:
    """One table of the landing contract, without the columns that land adds."""

    name: str
    types: Mapping[str, str]
    required: tuple[str, ...]
    empty_means: tuple[str, ...]
    folded: tuple[str, ...]
    key: tuple[str, ...]
    version: str | None
    event_time: str

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that two rows share when one repeats the other: key and version."""
        return self.key + ((self.version,) if self.version else ())

    def is_needed(self, column: str) -> bool:
        """Tell whether a wrong value of a column sets the whole row aside, and not itself alone."""
        return column in (*self.identity, self.event_time, *self.required, *self.empty_means)


@dataclass(frozen=True)
class Company:
    """All that is known of one company: tables[entity], loads, seeds[name] and vars."""

    tables: dict[str, list[Row]]
    loads: list[Row]
    seeds: dict[str, list[Row]]
    vars: dict[str, Any] = field(default_factory=lambda: dict(DEFAULT_VARS))

    @property
    def zone(self) -> ZoneInfo:
        """The reporting time zone."""
        return ZoneInfo(self.vars["reporting_timezone"])

    def seed(self, name: str) -> list[Row]:
        """Give the rows of a seed, none where it is absent."""
        return self.seeds.get(name, [])


@lru_cache(maxsize=1)
def contract() -> Mapping[str, Entity]:
    """Give the 16 entities of the landing contract by name, in its order."""
    sources = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["sources"]
    tables = [table for table in sources[0]["tables"] if "key" in table["config"]["meta"]]
    return {table["name"]: _entity(table) for table in tables}


def _entity(table: Row) -> Entity:
    meta = table["config"]["meta"]
    columns = [column for column in table["columns"] if column["name"] not in ADDED_BY_LAND]
    return Entity(
        name=table["name"],
        types={column["name"]: column["data_type"] for column in columns},
        required=_marked(columns, "required"),
        empty_means=_marked(columns, "empty_means"),
        folded=_marked(columns, "folded"),
        key=tuple(meta["key"]),
        version=meta.get("version"),
        event_time=meta["event_time"],
    )


def _marked(columns: list[Row], mark: str) -> tuple[str, ...]:
    meta = {column["name"]: column.get("config", {}).get("meta", {}) for column in columns}
    return tuple(name for name, marks in meta.items() if marks.get(mark))


def seed_flag(value: Any) -> bool:
    """Read a boolean of a seed, which may be text."""
    return str(value).strip().lower() == "true"


def seed_date(value: Any) -> date | None:
    """Read a date of a seed, which may be text or empty."""
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else date.fromisoformat(value)


def seed_list(value: Any) -> list[str]:
    """Read a list of a seed, its members separated by bars; empty where nothing is listed."""
    return [part.strip() for part in (value or "").split("|") if part.strip()]
