"""Whether the marts of the project and those of the baseline are the same tables."""

from pathlib import Path

import duckdb

TOLERANCE = 1e-9


def differing_marts(project: Path, baseline: Path) -> list[str]:
    """Compare every usage and adoption mart; returns one line a mart that differs.

    Whole numbers, texts and dates must be equal, doubles within 1e-9 of their size or of 1.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{project}' as project (read_only)")
        connection.execute(f"attach '{baseline}' as baseline (read_only)")
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'baseline' order by 1"
        ).fetchall()
        lines = [_difference(connection, name) for (name,) in names]
    return [line for line in lines if line]


def _difference(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    ours, theirs = f"project.marts.{mart}_v1", f"baseline.main.{mart}"
    types = _columns(connection, ours)
    if types != _columns(connection, theirs):
        return f"{mart}: columns {types} and {_columns(connection, theirs)}"
    exact = [name for name, kind in types.items() if kind != "DOUBLE"]
    apart = [_is_apart(name) for name, kind in types.items() if kind == "DOUBLE"]
    same_row = " and ".join(f"a.{name} is not distinct from b.{name}" for name in exact)
    [(missing, wrong)] = connection.execute(
        f"""
        select
            count(*) filter (a.found is null or b.found is null),
            count(*) filter ({" or ".join(apart) or "false"})
        from (select *, true as found from {ours}) as a
        full join (select *, true as found from {theirs}) as b on {same_row}
        """
    ).fetchall()
    return f"{mart}: {missing} rows in one only, {wrong} apart" if missing or wrong else ""


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = connection.execute(f"describe {relation}").fetchall()
    return {row[0]: row[1] for row in rows}


def _is_apart(name: str) -> str:
    return (
        f"(a.{name} is null) <> (b.{name} is null)"
        f" or abs(a.{name} - b.{name}) > {TOLERANCE} * greatest(1, abs(b.{name}))"
    )
