"""Answers questions within limits; a process of its own, started by `sandbox`.

A line of JSON in gives a line of JSON out, or {"error": ...}:

{"sql": ..., "values": {...}}                             {"names": [...], "rows": [[...]]}
{"manifest": ..., "metric": ..., "group_by": [...],       {"sql": ...}
 "where": [...]}

The first runs a SELECT on one database file, the second has MetricFlow write one. Limits hold for
the process, so nothing that SQL or a template does gets around them.
"""

import json
import sys
from collections.abc import Iterable
from datetime import date
from typing import Any

from product_health.errors import UserError
from product_health.sandbox.limits import Limits, limit_process, lock

LIMITS = Limits(cpu_seconds=30)
MOST_ROWS = 1_000_000


def serve(path: str, lines: Iterable[str]) -> None:
    """Answer each line from a file that nothing can be written to, and nothing reached from."""
    import duckdb

    connection = duckdb.connect(path, read_only=True)
    lock(connection)
    for line in lines:
        asked = json.loads(line)
        found = answer(connection, **asked) if "sql" in asked else sql_of(**asked)
        sys.stdout.write(json.dumps(found, default=written))
        sys.stdout.write("\n")
        sys.stdout.flush()


def sql_of(manifest: str, metric: str, group_by: list[str], where: list[str]) -> dict[str, str]:
    """Have MetricFlow write the SQL of a metric, with conditions in which nothing was typed."""
    from product_health.query.where import is_written
    from product_health.semantics.engine import metric_sql

    if not all(map(is_written, where)):
        return {"error": "a condition for MetricFlow holds more than conditions are made of"}
    try:
        return {"sql": metric_sql(manifest).sql(metric, group_by, where)}
    except UserError as error:
        return {"error": str(error)}


def answer(connection: Any, sql: str, values: dict[str, str]) -> dict[str, Any]:
    """Run one SELECT."""
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
        if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
            return {"error": "one SELECT is allowed, and nothing else"}
        result = connection.execute(statements[0], values)
        rows = result.fetchmany(MOST_ROWS + 1)
    except duckdb.Error as error:
        return {"error": str(error).splitlines()[0]}
    except MemoryError:
        return {"error": "it needs too much memory"}
    if len(rows) > MOST_ROWS:
        return {"error": f"it gives more than {MOST_ROWS:,} rows"}
    return {"names": [column[0] for column in result.description], "rows": rows}


def written(value: object) -> object:
    """Write a value that JSON does not have."""
    if isinstance(value, date):
        return {"time": value.isoformat()}
    return str(value)


if __name__ == "__main__":
    limit_process(LIMITS)
    serve(sys.argv[1], sys.stdin)
