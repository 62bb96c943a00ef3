"""Reading a warehouse that dbt has built."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import duckdb


@dataclass(frozen=True)
class Reader:
    """Runs queries on a built warehouse."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self.connection.execute(sql).fetchall()

    def records(self, sql: str) -> list[dict[str, Any]]:
        """Run a query and name its values."""
        found = self.connection.execute(sql)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def row(self, sql: str) -> dict[str, Any]:
        """Run a query that gives one row."""
        (found,) = self.records(sql)
        return found

    def number(self, sql: str) -> Any:
        """Run a query that gives one value."""
        ((value,),) = self.rows(sql)
        return value

    def table(self, sql: str) -> dict[Any, Any]:
        """Run a query that gives keys, each once, and values."""
        found: list[tuple[Any, Any]] = [(key, value) for key, value in self.rows(sql)]
        assert len({key for key, _ in found}) == len(found), f"a key comes twice: {sql}"
        return dict(found)


@dataclass(frozen=True)
class Built(Reader):
    """The demo's warehouse, and what should be in it."""

    truth: dict[str, Any]

    @cached_property
    def as_of(self) -> date:
        """The last complete date, as planted."""
        return date.fromisoformat(self.truth["as_of_date"])

    def on_last_date(self, columns: str, mart: str, where: str = "true") -> dict[str, Any]:
        """Return the row of the last complete date."""
        return self.row(
            f"select {columns} from marts.{mart}_v1 where date_day = '{self.as_of}' and {where}"
        )
