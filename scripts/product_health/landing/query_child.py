"""Runs a SELECT of a user over named relations; a process of its own, started by `relations`.

A line of JSON in says what to attach and which views to make of it, and the SELECT; its rows become
table `rows` of the DuckDB file `target`, in their order. A line of JSON goes out: how many rows
there are and were read, or the error of DuckDB.
"""

import json
import sys
from collections import Counter
from typing import Any

from product_health.landing import sql
from product_health.sandbox.limits import Limits, limit_process, lock

ANSWER = '"the answer"'


def answer(connection: Any, question: dict[str, Any]) -> dict[str, Any]:
    """Answer one question; the error of DuckDB where it cannot be answered."""
    import duckdb

    try:
        read = _open(connection, question)
        if twice := _named_twice(connection, question["sql"]):
            return {"kind": "Twice", "error": twice}
        created = connection.execute(
            f"create table {ANSWER}.rows as {question['sql'].rstrip().rstrip(';')}\n"
        ).fetchall()
        connection.execute(f"detach {ANSWER}")
    except duckdb.Error as error:
        return {"kind": type(error).__name__, "error": str(error)}
    except MemoryError:
        return {"kind": "OutOfMemoryException", "error": ""}
    return {"row_count": created[0][0], "read": read}


def _open(connection: Any, question: dict[str, Any]) -> list[int]:
    """Make the relations, lock all else away, and return how many rows each has."""
    connection.execute(f"attach {sql.text(question['target'])} as {ANSWER}")
    for alias, path in question["attach"]:
        connection.execute(f"attach {sql.text(path)} as {sql.identifier(alias)} (read_only)")
    for view in question["views"]:
        schema = sql.identifier(view["schema"] or "main")
        connection.execute(f"create schema if not exists {schema}")
        view["sql_name"] = f"{schema}.{sql.identifier(view['table'])}"
        connection.execute(f"create view {view['sql_name']} as {view['select_sql']}")
    allowed = {"allowed_paths": question["paths"], "temp_directory": question["temp"]}
    lock(connection, allowed)
    return [_rows(connection, view) for view in question["views"]]


def _rows(connection: Any, view: dict[str, Any]) -> int:
    if view["row_count"] is not None:
        return int(view["row_count"])
    return int(connection.execute(f"select count(*) from {view['sql_name']}").fetchall()[0][0])


def _named_twice(connection: Any, query: str) -> str | None:
    """Return a column that the result has twice; letter case does not count."""
    described = connection.execute(f"describe {query}").fetchall()
    counts = Counter(row[0].lower() for row in described)
    return next((row[0] for row in described if counts[row[0].lower()] > 1), None)


def serve() -> None:
    """Answer the question on standard input."""
    import duckdb

    question = json.loads(sys.stdin.readline())
    print(json.dumps(answer(duckdb.connect(), question)), flush=True)  # noqa: T201


if __name__ == "__main__":
    limit_process(Limits(*map(int, sys.argv[1:])))
    serve()
