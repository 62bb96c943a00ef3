"""What the page reads: rows of marts, and answers of metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb

from product_health.errors import UserError
from product_health.meaning.definitions import Definitions
from product_health.publish.duckdb_files import READINGS_THERE, located
from product_health.publish.readable import Readable
from product_health.semantics.engine import TIME

Row = dict[str, Any]
# Segments that the page can be filtered by, with what people call them.
FILTERS: Mapping[str, str] = {"plan": "Plan", "size_segment": "Size", "region": "Region"}
EVERYONE = "all"


@dataclass(frozen=True)
class Reader:
    """A database with marts, and the metrics defined on them."""

    connection: duckdb.DuckDBPyConnection
    database: Readable
    definitions: Definitions

    @cached_property
    def _readings(self) -> list[str]:
        return [row[0] for row in self.connection.execute(READINGS_THERE).fetchall()]

    def rows(self, sql: str) -> list[Row]:
        """Give the rows of a query; UserError where a mart is not there."""
        here = located(sql, self._readings, self.database.file.stem)
        try:
            result = self.connection.execute(here)
        except duckdb.Error as error:
            reason = f"{self.database.name} has not what the project names"
            message = (
                f"the page cannot be made, {reason} ({str(error).splitlines()[0]}): "
                f"{self.database.renewal}"
            )
            raise UserError(message) from error
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def series(self, metric: str, grain: str) -> dict[str, list[Row]]:
        """Give a metric by period for every view: rows of period and value, in order.

        A view is `all` or a segment such as `plan=growth`.
        """
        found = self.definitions.catalogue.find(metric)
        shared = {name: found.dimensions[name] for name in FILTERS if name in found.dimensions}
        period = f"{TIME}__{grain}"
        views: dict[str, list[Row]] = {EVERYONE: []}
        for row in self.rows(self.definitions.sql.sql(metric, [period, *shared.values()])):
            view = view_name({name: row[column] for name, column in shared.items()})
            views.setdefault(view, []).append({"period": row[period].date(), "value": row[metric]})
        return {view: sorted(rows, key=lambda row: row["period"]) for view, rows in views.items()}


def view_name(segments: Mapping[str, str | None]) -> str:
    """Name the view of a row that is split by one of these, or by none."""
    named = [f"{name}={value}" for name, value in segments.items() if value is not None]
    return ", ".join(named) or EVERYONE
