"""Runs SELECTs on one database file within limits; a process of its own, started by `sandbox`.

A line of JSON in, {"sql": ...}, gives a line of JSON out: {"names": [...], "rows": [[...]]} or
{"error": ...}. Limits hold for the process, so nothing that SQL does gets around them.
"""

import json
import resource
import sys
from collections.abc import Iterable
from datetime import date
from typing import Any

# DuckDB's own limit says it in words; that of the process holds where DuckDB does not count.
MEMORY_LIMIT = "1GB"
ADDRESS_BYTES = 3 * 2**30
CPU_SECONDS = 30
MOST_ROWS = 1_000_000


def limit_process() -> None:
    """Limit memory and time, and let no file be written."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(path: str, lines: Iterable[str]) -> None:
    """Answer each line from a file that nothing can be written to, and nothing reached from."""
    import duckdb

    connection = duckdb.connect(path, read_only=True)
    for setting in (
        f"memory_limit = '{MEMORY_LIMIT}'",
        "temp_directory = ''",
        "threads = 2",
        "TimeZone = 'UTC'",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")
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
    limit_process()
    serve(sys.argv[1], sys.stdin)
