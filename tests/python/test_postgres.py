"""PostgreSQL keeps the SQL portable: on a real server dbt builds what DuckDB does, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.compare import Difference, differences, summary
from harness.postgres import PostgresDbt, PostgresWarehouse, compiled_by, plain
from harness.postgres_server import DATABASE, Server, running
from harness.project import ROOT, Compiled, variant
from product_health.cli import main
from product_health.compiled.project import Model
from product_health.lock.values import FIXED_COMPANY
from product_health.workbench.bench import Workbench
from product_health.workbench.rows import CsvFolder, LandingFolder, RawRows
from reference import Row

SIZE = ("--accounts", "30", "--days", "120")
# A text is compared by letters there, and not by code points; a day begins at another time.
ELSEWHERE = "template template0 locale_provider icu icu_locale 'en-US'"
ZONE = "America/St_Johns"
DATA_TESTS = ("--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class Case:
    """A company in both databases."""

    rows: RawRows
    warehouse: PostgresWarehouse
    keys: dict[str, list[str]]
    results: Any

    def differences(self) -> Iterator[Difference]:
        """Tell where a mart is another than DuckDB's; counts exactly, the rest to 10^-9."""
        with Workbench(self.rows) as bench:
            for mart in marts():
                expected = bench.query(variant(), f"select * from {mart.relation}")
                found = self.warehouse.rows(mart.name)
                key = self.keys[mart.unique_id]
                yield from differences(mart.name, key, plain(expected), plain(found))

    def constant_columns(self) -> set[str]:
        """Give the columns of marts that do not hold two values at least."""
        found = set()
        for mart in marts():
            rows = self.warehouse.rows(mart.name)
            assert rows, f"{mart.name} is empty"
            found |= {f"{mart.name}.{name}" for name in rows[0] if _is_constant(rows, name)}
        return found


def _is_constant(rows: list[Row], name: str) -> bool:
    return len({row[name] for row in rows}) < 2


def marts() -> list[Model]:
    """Give the marts, and the views that metrics read."""
    return [model for model in variant().models if model.layer == "marts"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        started.execute(
            f"create database {DATABASE} {ELSEWHERE}",
            f"alter database {DATABASE} set timezone = '{ZONE}'",
        )
        yield started


@pytest.fixture(scope="module")
def dbt(server: Server, tmp_path_factory: pytest.TempPathFactory) -> PostgresDbt:
    return PostgresDbt(ROOT, tmp_path_factory.mktemp("dbt"), server=server)


@pytest.fixture(scope="module")
def demo(dbt: PostgresDbt, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A small demo, built and tested by dbt."""
    folder = tmp_path_factory.mktemp("demo") / "landing"
    written = CliRunner().invoke(main, ["demo", *SIZE, "--out", str(folder)])
    assert written.exit_code == 0, written.output
    dbt("seed")
    warehouse = PostgresWarehouse(variant(), server.connect())
    warehouse.load(LandingFolder(folder))
    results = dbt("build", *DATA_TESTS)
    return Case(LandingFolder(folder), warehouse, keys(results), results)


@pytest.fixture(scope="module")
def fixed(demo: Case, server: Server) -> Case:
    """The fixed company, built by the SQL that dbt has run and tested for the demo."""
    server.execute(f"create database fixed_company {ELSEWHERE}")
    return demo


def keys(results: Any) -> dict[str, list[str]]:
    """Give the columns that tell the rows of a mart from each other, by the test that says so."""
    found = {}
    for node in (result.node for result in results.results):
        test = getattr(node, "test_metadata", None)
        if test and test.name == "unique":
            found[node.attached_node] = [node.column_name]
        elif test and test.name == "unique_combination":
            found[node.attached_node] = test.kwargs["columns"]
    return found


def test_marts_of_the_demo_are_those_of_duckdb(demo: Case) -> None:
    told = list(demo.differences())
    assert not told, summary(told)
    print(demo.constant_columns())
