"""Values that are not what they were when first published, and why."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from product_health import terminal
from product_health.errors import UserError, unknown
from product_health.publish.duckdb_files import META, SetReader
from product_health.publish.meta import HISTORY, HISTORY_COLUMNS
from product_health.publish.sets import PublishedSets
from product_health.semantics.units import shown

COUNTS = {"people", "accounts", "features", "sessions", "tickets"}


@dataclass(frozen=True)
class Restatement:
    """A metric in a period: its value when first published, and now."""

    metric: str
    unit: str | None
    grain: str
    period_start: date
    first_value: float | None
    first_run_id: str
    value: float | None
    changed_run_id: str
    version: int
    is_restated: bool
    cause: str | None
    also: str | None

    @property
    def shown_first(self) -> str:
        """The value when first published, for people."""
        return _shown(self.first_value, self.unit)

    @property
    def shown_now(self) -> str:
        """The value now, for people."""
        return _shown(self.value, self.unit)

    @property
    def causes(self) -> str:
        """Why it moved, with what else was there at the same time."""
        return f"{self.cause} (also {self.also})" if self.also else self.cause or ""


def metric_history(current: Path) -> list[Restatement]:
    """Give every metric and period of a published set, restated or not, by metric and period."""
    rows = SetReader(current).rows(
        f"select {', '.join(HISTORY_COLUMNS)} from {META}.{HISTORY} "
        "order by metric, grain, period_start"
    )
    return [Restatement(*row) for row in rows]


def restatements(current: Path) -> list[Restatement]:
    """Give what of a published set is not as first published, the newest periods first."""
    found = [one for one in metric_history(current) if one.is_restated]
    return sorted(found, key=lambda one: one.period_start, reverse=True)


def history_table(sets: PublishedSets, metric: str) -> str:
    """Write the history of a metric as a table; UserError where there is none such."""
    if sets.current_run() is None:
        message = "nothing is published yet, so there is no history; run `product-health publish`"
        raise UserError(message)
    found = metric_history(sets.current.resolve())
    rows = [one for one in found if one.metric == metric]
    if not rows:
        raise UserError(unknown("published metric", metric, sorted({one.metric for one in found})))
    header = (rows[0].grain, "first published", "in run", "now", "since run", "cause")
    return terminal.table(header, map(_cells, rows))


def _cells(one: Restatement) -> tuple[object, ...]:
    changed = one.changed_run_id if one.cause else ""
    first = one.shown_first, one.first_run_id
    return (one.period_start, *first, one.shown_now, changed, one.causes)


def _shown(value: float | None, unit: str | None) -> str:
    number = int(value) if value is not None and unit in COUNTS and value.is_integer() else value
    return shown(number, unit or "")
