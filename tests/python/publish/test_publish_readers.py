"""What authors of dashboards and notebooks see, through the tools that they use."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa

from product_health.publish.duckdb_files import STORAGE_VERSION
from publishing_desk import NOON, Desk

# pandas has no types of its own
pd = import_module("pandas")

SCALAR = {"BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP"}
GENERIC = (sa.Numeric, sa.Integer, sa.Float, sa.String, sa.Boolean, sa.Date, sa.DateTime)


@pytest.fixture
def engine(published: Desk) -> Iterator[sa.Engine]:
    """What a BI tool connects with."""
    options = {"read_only": True}
    made = sa.create_engine(f"duckdb:///{published.file}", connect_args=options)
    yield made
    made.dispose()


README_ADDRESS = re.compile(r"^ *duckdb:///published/current/\S+\.duckdb\?(\S+)$", re.MULTILINE)
REFUSED = (
    "create table marts.mine as select 1 as one",
    "insert into meta.tables values ('mine', 1)",
    "copy (select 1 as one) to 'mine.csv'",
    "select * from read_text('README.md')",
    "attach 'mine.duckdb'",
    "set enable_external_access = true",
    "set memory_limit = '64GB'",
)
LIMITS = "current_setting('memory_limit'), current_setting('max_temp_directory_size')"


@pytest.fixture
def connection(published: Desk) -> Iterator[duckdb.DuckDBPyConnection]:
    """A notebook's connection."""
    with duckdb.connect(str(published.file), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def tables(published: Desk) -> dict[str, int]:
    """The marts with a version, and how many rows each has."""
    card = published.sets.card(published.sets.current_run() or "")
    return {
        name.removeprefix("marts."): rows
        for name, rows in card.tables.items()
        if name.startswith("marts.")
    }


def unsuffixed(table: str) -> str:
    return re.sub(r"_v\d+$", "", table)


def test_sqlalchemy_lists_schemas_tables_and_views(
    engine: sa.Engine, tables: dict[str, int]
) -> None:
    seen = sa.inspect(engine)
    names = {name.split(".")[-1] for name in seen.get_schema_names()}
    assert {"marts", "metrics", "meta"} <= names
    assert set(seen.get_table_names(schema="marts")) >= set(tables)
    assert {unsuffixed(table) for table in tables} <= set(seen.get_view_names(schema="marts"))


def test_sqlalchemy_shows_columns_with_types_and_comments(
    engine: sa.Engine, tables: dict[str, int]
) -> None:
    seen = sa.inspect(engine)
    for table in tables:
        versioned = seen.get_columns(table, schema="marts")
        view = seen.get_columns(unsuffixed(table), schema="marts")
        for columns in (versioned, view):
            for column in columns:
                assert isinstance(column["type"], GENERIC), (table, column)
                assert column["comment"], (table, column["name"])
        assert [(c["name"], c["comment"]) for c in versioned] == [
            (c["name"], c["comment"]) for c in view
        ]


def test_sqlalchemy_runs_a_query(engine: sa.Engine, tables: dict[str, int]) -> None:
    with engine.connect() as connection:
        text = sa.text("select count(*), max(date_day) from marts.usage_daily where is_complete")
        count, last = connection.execute(text).one()
        assert 0 < count <= tables["usage_daily_v1"]
        # as Superset does: duckdb-engine cannot reflect constraints, so no autoload
        columns = sa.inspect(engine).get_columns("usage_daily", schema="marts")
        parts = [sa.Column(column["name"], column["type"]) for column in columns]
        mart = sa.Table("usage_daily", sa.MetaData(), *parts, schema="marts")
        dau = sa.select(mart.c.dau).where(mart.c.date_day == last)
        assert connection.execute(dau).scalar_one() >= 0


def test_the_address_that_readme_names_reads_and_does_nothing_else(
    published: Desk, root: Path
) -> None:
    [settings] = README_ADDRESS.findall((root / "README.md").read_text(encoding="utf-8"))
    before = published.bytes_read()
    made = sa.create_engine(f"duckdb:///{published.file}?{settings}", poolclass=sa.NullPool)
    with made.connect() as opened:
        assert opened.execute(sa.text("select count(*) from marts.usage_daily")).scalar_one() > 0
        assert opened.execute(sa.text(f"select {LIMITS}")).one() == ("1.8 GiB", "9.3 GiB")
        spill = opened.execute(sa.text("select current_setting('temp_directory')")).scalar_one()
        assert not Path(spill).is_relative_to(published.folder)
    for statement in REFUSED:
        with made.connect() as opened, pytest.raises(sa.exc.DBAPIError) as told:
            opened.execute(sa.text(statement))
        assert re.search("read-only mode|disabled|locked", str(told.value)), statement
    assert published.bytes_read() == before


def test_pandas_and_polars_read_the_files(
    published: Desk, connection: duckdb.DuckDBPyConnection, tables: dict[str, int]
) -> None:
    for table, rows in tables.items():
        path = published.sets.current / "parquet" / f"{table}.parquet"
        frame, other = pd.read_parquet(path), pl.read_parquet(path)
        described = connection.execute(f"describe marts.{table}").fetchall()
        assert len(frame) == len(other) == rows
        assert list(frame.columns) == other.columns == [row[0] for row in described]
        assert not any(dtype.is_nested() for dtype in other.dtypes), table
    assert set(tables) == {
        path.stem
        for path in (published.sets.current / "parquet").iterdir()
        if path.stem != "metric_history"
    }


def test_duckdb_reads_every_relation(
    connection: duckdb.DuckDBPyConnection, tables: dict[str, int]
) -> None:
    for table, rows in tables.items():
        for name in (table, unsuffixed(table)):
            assert connection.execute(f"select count(*) from marts.{name}").fetchall() == [(rows,)]
    told = dict(connection.execute("select table_name, row_count from meta.tables").fetchall())
    assert {f"marts.{table}": rows for table, rows in tables.items()}.items() <= told.items()


def test_columns_have_scalar_types_and_all_is_described(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal"
    ).fetchall()
    assert {kind for *_, kind, _ in columns} <= SCALAR
    assert [row for row in columns if not row[-1]] == []
    undescribed = connection.execute(
        "select table_name from duckdb_tables() where comment is null union all "
        "select view_name from duckdb_views() where comment is null and not internal"
    ).fetchall()
    assert undescribed == []


def test_values_are_those_of_the_warehouse(published: Desk, tables: dict[str, int]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published.warehouse}' as built (read_only)")
        connection.execute(f"attach '{published.file}' as published (read_only)")
        for table in tables:
            differ = connection.execute(
                f"select count(*) from ("
                f"(from built.marts.{table} except all from published.marts.{table}) union all "
                f"(from published.marts.{table} except all from built.marts.{table}))"
            ).fetchall()
            assert differ == [(0,)], table


def test_the_set_says_what_made_it(published: Desk, connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute("select * from meta.publication")
    names = [column[0] for column in found.description or ()]
    ((*row,),) = found.fetchall()
    said = dict(zip(names, row, strict=True))
    assert said["run_id"] == published.sets.current.resolve().name
    assert said["published_at"] == NOON
    assert said["commit_id"] == "uncommitted"
    assert re.fullmatch(r"[0-9a-f]{64}", said["lock_sha256"])
    assert said["duckdb_version"] == duckdb.__version__


def test_the_file_opens_in_older_versions_and_stands_alone(published: Desk) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published.file}' as published (read_only)")
        ((tags,),) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchall()
    assert tags["storage_version"].startswith(STORAGE_VERSION)
    names = {path.name for path in published.sets.current.iterdir()}
    assert names == {published.file.name, "parquet", "publication.json"}


def test_the_path_is_the_same_for_every_publication(published: Desk) -> None:
    assert published.file.relative_to(published.folder) == Path(
        "published/current/product_health.duckdb"
    )
