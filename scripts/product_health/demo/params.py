"""What a demo run is made from: size, dates, the plan of its loads, and the product's seeds."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from product_health.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LATEST_ARRIVAL_DAYS = 20
# A load is taken at two in the morning, when most of the last evening's events have come in.
LOAD_HOUR = 2
PLANS = ("starter", "growth", "enterprise")
CURRENCIES = ("USD", "EUR", "GBP")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Feature:
    """One row of the feature seed; plans empty means that everyone has it."""

    key: str
    is_core: bool
    plans: tuple[str, ...]
    launched_on: date | None
    min_uses: int


@dataclass(frozen=True)
class Product:
    """The seeds that the company's data must agree with."""

    features: tuple[Feature, ...]
    events: dict[str, tuple[str | None, bool]]
    internal_domain: str
    excluded_accounts: tuple[str, ...]
    bot_prefix: str
    events_per_day: int
    holidays: tuple[date, ...]
    rates: dict[str, float]

    def feature_number(self, key: str) -> int:
        """Position of a feature in the seed; -1 where the seed does not list it."""
        keys = [feature.key for feature in self.features]
        return keys.index(key) if key in keys else -1


@dataclass(frozen=True)
class Parameters:
    """The size and the dates of the company, and how its data is cut into loads."""

    seed: int
    accounts: int
    days: int
    scale: float
    start: date
    product: Product = field(repr=False)
    tail_loads: int | None = None

    @property
    def account_count(self) -> int:
        """Customer accounts at this scale."""
        return max(1, round(self.accounts * self.scale))

    @property
    def start_us(self) -> int:
        """Midnight of the first day, in microseconds since 1970 (UTC)."""
        return (self.start - _EPOCH).days * DAY

    @property
    def end_us(self) -> int:
        """Midnight after the last day, in microseconds since 1970 (UTC)."""
        return self.start_us + self.days * DAY

    @property
    def last_date(self) -> date:
        """The last simulated day."""
        return self.start + timedelta(days=self.days - 1)

    def rng(self, *stream: int) -> np.random.Generator:
        """Return a random stream of its own: no part of the company depends on another's draws."""
        return np.random.default_rng([self.seed, *stream])

    def day_of(self, moment: date | None) -> int:
        """Return number of a date's day, 0 for the first; 0 too where there is no date."""
        return 0 if moment is None else (moment - self.start).days

    def days_of(self, moments: Ints) -> Ints:
        """Numbers of the days (UTC) of moments in microseconds."""
        return np.asarray((moments - self.start_us) // DAY, dtype=np.int64)

    def load_ends(self) -> Ints:
        """Return the moment of each load, in microseconds: rows received before it are in it."""
        ends = np.array(_load_days(self.days, self.tail_loads), dtype=np.int64)
        return np.asarray(self.start_us + ends * DAY + LOAD_HOUR * HOUR, dtype=np.int64)

    def loads_of(self, received: Ints) -> Ints:
        """Which load (from 0) brings rows received then; the number of loads where none does."""
        return np.searchsorted(self.load_ends(), received, side="right").astype(np.int64)


def _load_days(days: int, tail_loads: int | None) -> list[int]:
    """Days after which a load is taken: one big load, then by week and at last by day."""
    if tail_loads is not None:
        return [*range(days - tail_loads, days), days]
    tail = days - round(days * 0.85)
    daily = min(4, max(tail - 1, 0))
    weekly = range(days - daily - 7, days - tail, -7)
    middle = [days - daily] if tail else []
    return sorted({max(days - tail, 1), *weekly, *middle, *range(days - daily, days), days})


def moment(microseconds: int) -> datetime:
    """Return a time without zone (UTC) from microseconds since 1970."""
    seconds, rest = divmod(int(microseconds), SECOND)
    whole = datetime.fromtimestamp(seconds, tz=UTC).replace(tzinfo=None)
    return whole + timedelta(microseconds=rest)


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / f"{name}.csv"
    if not path.is_file():
        message = f"{path}: the demo company needs this seed; run it from the project's folder."
        raise UserError(message)
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_product(seeds: Path) -> Product:
    """Read the seeds of a project; UserError where one is missing."""
    rules = _read(seeds, "exclusion_rules")

    def values(rule_type: str) -> tuple[str, ...]:
        return tuple(row["rule_value"] for row in rules if row["rule_type"] == rule_type)

    return Product(
        features=tuple(_feature(row) for row in _read(seeds, "features")),
        events={
            row["event_name"]: (row["feature_key"] or None, row["is_qualifying"] == "true")
            for row in _read(seeds, "event_catalogue")
        },
        internal_domain=next(iter(values("email_domain")), "ourcompany.example"),
        excluded_accounts=values("account_id"),
        bot_prefix=next(iter(values("actor_pattern")), "bot-%").rstrip("%"),
        events_per_day=int(next(iter(values("events_per_day")), "2000")),
        holidays=tuple(
            date.fromisoformat(row["holiday_date"]) for row in _read(seeds, "business_holidays")
        ),
        rates={
            row["currency"]: float(row["rate_to_reporting"])
            for row in _read(seeds, "currency_rates")
        },
    )


def _feature(row: dict[str, str]) -> Feature:
    launched = row["launched_on"]
    return Feature(
        key=row["feature_key"],
        is_core=row["is_core"] == "true",
        plans=tuple(plan for plan in row["plans"].split("|") if plan),
        launched_on=date.fromisoformat(launched) if launched else None,
        min_uses=int(row["min_uses"]),
    )
