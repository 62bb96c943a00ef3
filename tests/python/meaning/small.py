"""Two tables with a few columns, and what queries on them mean and give."""

from collections import Counter
from itertools import product
from random import Random

import duckdb

from product_health.compiled.project import CompiledProject, Model, Source
from product_health.meaning.digests import digest
from product_health.meaning.hashing import Meaning
from product_health.meaning.project import ProjectMeaning

TABLES = {"t": ("k", "a", "b"), "u": ("k", "c")}
SOURCES = tuple(
    Source(
        f"source.{name}",
        name,
        f'"main"."{name}"',
        dict.fromkeys(columns, "bigint"),
        is_register=False,
    )
    for name, columns in TABLES.items()
)


def small_project(*models: Model) -> CompiledProject:
    """A project over the two tables."""
    return CompiledProject(
        models=models, seeds=(), sources=SOURCES, manifest={}, semantic_manifest=""
    )


def model(
    name: str, sql: str, *parents: str, incremental_sql: str | None = None, strategy: str = ""
) -> Model:
    """A model main.<name>; parents are named as models, or as tables."""
    ids = tuple(f"source.{one}" if one in TABLES else f"model.{one}" for one in parents)
    return Model(
        unique_id=f"model.{name}",
        name=name,
        relation=f'"main"."{name}"',
        layer="marts",
        kind="incremental" if incremental_sql else "table",
        file=f"models/{name}.sql",
        sql=sql,
        incremental_sql=incremental_sql,
        parents=ids,
        has_hooks=False,
        strategy=strategy,
    )


ON_TABLES = ProjectMeaning(small_project())


def meaning(sql: str) -> Meaning:
    """What a query on main.t and main.u means."""
    return ON_TABLES.of_sql(sql)


def fingerprint(sql: str) -> str:
    """The fingerprint of all columns of a query."""
    found = meaning(sql)
    return digest(found.rows, *sorted(found.columns.values()))


def databases() -> list[duckdb.DuckDBPyConnection]:
    """Tiny databases with the two tables: empty ones, with NULL, with rows that are there twice."""
    sizes = enumerate(product((0, 2, 9), (0, 7)))
    return [_database(Random(seed), *size) for seed, size in sizes]  # noqa: S311 - no secret


def _database(random: Random, *sizes: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    for (name, columns), size in zip(TABLES.items(), sizes, strict=True):
        typed = ", ".join(f"{column} bigint" for column in columns)
        connection.execute(f"create table {name} ({typed})")
        for _ in range(size):
            row = [random.choice((None, 0, 1, 1, 2, 3)) for _ in columns]
            connection.execute(f"insert into {name} values ({', '.join('?' * len(row))})", row)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Counter[tuple[object, ...]] | None:
    """The rows of a query, columns in the order of their hashes; None where DuckDB refuses it."""
    hashes = list(meaning(sql).columns.values())
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    try:
        found = connection.execute(sql).fetchall()
    except duckdb.Error:
        return None
    return Counter(tuple(row[place] for place in order) for row in found)
