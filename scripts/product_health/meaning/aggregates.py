"""Which functions of a SELECT make one row of many."""

from functools import cache

import duckdb
from sqlglot import exp

# What may stand between an aggregate and its OVER.
BETWEEN = (exp.IgnoreNulls, exp.RespectNulls, exp.Filter, exp.WithinGroup)


def is_aggregate(part: exp.Expr, query: exp.Select) -> bool:
    """Whether a part of a SELECT holds an aggregate of its rows, which one over a window is not."""
    return any(
        _aggregates(found)
        and not _is_over_window(found)
        and found.find_ancestor(exp.Query) is query
        for found in part.find_all(exp.Func)
    )


def _aggregates(function: exp.Func) -> bool:
    if isinstance(function, exp.AggFunc):
        return True
    names = [function.name] if isinstance(function, exp.Anonymous) else function.sql_names()
    return any(name.lower() in _names() for name in names)


@cache
def _names() -> frozenset[str]:
    """Ask DuckDB, which has more aggregates than sqlglot knows."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select function_name from duckdb_functions() where function_type = 'aggregate'"
        ).fetchall()
    return frozenset(name for (name,) in rows)


def _is_over_window(function: exp.Expr) -> bool:
    inner, outer = function, function.parent
    while isinstance(outer, BETWEEN):
        inner, outer = outer, outer.parent
    return isinstance(outer, exp.Window) and outer.this is inner
