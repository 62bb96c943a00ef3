"""Runs SELECTs on one database file within limits; a process of its own, started by `sandbox`.

A line of JSON in, {"sql": ...}, gives a line of JSON out: {"names": [...], "rows": [[...]]} or
{"error": ...}.
"""

import json
import sys
from collections.abc import Iterable
from datetime import date
from typing import Any

from product_health.sandbox.limits import Limits, limit_process, lock

LIMITS = Limits(cpu_seconds=30)
MOST_ROWS = 1_000_000


def serve(path: str, lines: Iterable[str]) -> None:
    """Answer each line from a file that nothing can be written to, and nothing reached from."""
    import duckdb

    connection = duckdb.connect(path, read_only=True)
    lock(connection)
    for line in lines:
        sys.stdout.write(json.dumps(answer(connection, json.loads(line)["sql"]), default=written))
        sys.stdout.write("\n")
        sys.stdout.flush()


def answer(connection: Any, sql: str) -> dict[str, Any]:
    """Run one SELECT."""
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
        if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
            return {"error": "one SELECT is allowed, and nothing else"}
        result = connection.execute(statements[0])
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
