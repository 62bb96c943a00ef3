"""Reading a warehouse that dbt has built."""

from dataclasses import dataclass
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
