"""PostgreSQL keeps the SQL portable: on a real server dbt builds what DuckDB does, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from click.testing import CliRunner

from harness.compare import KEYS, Difference, differences, summary
from harness.postgres import PostgresDbt, PostgresWarehouse, compiled_by, data_tests_of, keys, plain
from harness.postgres_server import DATABASE, Server, running
from harness.project import ROOT, VARIANTS, Compiled, data_tests, variant
from harness.warehouse import built, compiled_for, variant_of
from product_health.cli import main
from product_health.compiled.dbt import DbtError
from product_health.compiled.project import Model, compile_project
from product_health.lock.values import FIXED_COMPANY
from product_health.workbench.bench import Workbench
from product_health.workbench.rows import CsvFolder, LandingFolder, RawRows
from strategies import random_company

SIZE = ("--accounts", "30", "--days", "120")
# There a text is compared by letters and not by code points, and a day begins at another time.
ELSEWHERE = "template template0 locale_provider icu icu_locale 'en-US'"
ZONE = "America/St_Johns"
FIXED = "fixed_company"
COMPANIES = 30


@dataclass(frozen=True)
class Case:
    """A company in DuckDB and on the server, both built; keys and tests of its models."""

    rows: RawRows
    warehouse: PostgresWarehouse
    built: Any

    def differences(self) -> Iterator[Difference]:
        """Tell where a mart is another than DuckDB's: counts exactly, the rest to 10^-9."""
        key_of = keys(self.built)
        with Workbench(self.rows) as bench:
            for mart in marts():
                expected = bench.query(variant(), f"select * from {mart.relation}")
                found = self.warehouse.rows(mart.name)
                key = key_of[mart.unique_id]
                yield from differences(mart.name, key, plain(expected), plain(found))

    def failing_tests(self) -> tuple[set[str], set[str]]:
        """Give the names of the data tests that fail, in DuckDB and on the server."""
        with Workbench(self.rows) as bench:
            here = {one.name for one in data_tests() if bench.query(variant(), one_row(one.sql))}
        tests = data_tests_of(self.built)
        return here, {one.name for one in tests if self.warehouse.query(one_row(one.sql))}


def one_row(query: str) -> str:
    """Ask for one row of a query."""
    return f"select * from (\n{query}\n) as rows_found limit 1"


def marts() -> list[Model]:
    """Give the marts, and the views that metrics read."""
    return [model for model in variant().models if model.layer == "marts"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        started.execute(f"create database {DATABASE} {ELSEWHERE}")
        yield started


@pytest.fixture(scope="module")
def dbt(server: Server, tmp_path_factory: pytest.TempPathFactory) -> PostgresDbt:
    """The databases of the demo and of the fixed company, with seeds, and nothing landed."""
    dbt = PostgresDbt(ROOT, tmp_path_factory.mktemp("dbt"), server=server)
    dbt = replace(dbt, manifest=dbt("parse"))
    dbt("seed")
    server.execute(f"create database {FIXED} template {DATABASE}")
    for database in (DATABASE, FIXED):
        server.execute(f"alter database {database} set timezone = '{ZONE}'")
    return dbt


@pytest.fixture(scope="module")
def demo(dbt: PostgresDbt, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A small demo, built and tested by dbt."""
    folder = tmp_path_factory.mktemp("demo") / "landing"
    written = CliRunner().invoke(main, ["demo", *SIZE, "--out", str(folder)])
    assert written.exit_code == 0, written.output
    warehouse = PostgresWarehouse(variant(), server.connect())
    warehouse.load(LandingFolder(folder))
    built = dbt("build", "--exclude-resource-type", "seed", "unit_test")
    return Case(LandingFolder(folder), warehouse, built)


@pytest.fixture(scope="module")
def fixed(demo: Case, server: Server) -> Case:
    """The fixed company, built by the SQL that dbt has run for the demo."""
    rows = CsvFolder(ROOT / FIXED_COMPANY)
    warehouse = PostgresWarehouse(compiled_by(demo.built, variant()), server.connect(FIXED))
    warehouse.load(rows)
    warehouse.build()
    return Case(rows, warehouse, demo.built)


def test_marts_of_the_demo_are_those_of_duckdb(demo: Case) -> None:
    told = list(demo.differences())
    assert not told, summary(told)


def test_marts_of_the_fixed_company_are_those_of_duckdb(fixed: Case) -> None:
    told = list(fixed.differences())
    assert not told, summary(told)


def test_one_number_that_is_another_is_told(fixed: Case, server: Server) -> None:
    last = "(select max(date_day) from marts.nps_daily_v1 where nps is not null)"
    changed = f"update marts.nps_daily_v1 set nps = nps + {{}} where date_day = {last}"
    server.execute(changed.format("0.000001"), database=FIXED)
    told = list(fixed.differences())
    server.execute(changed.format("-0.000001"), database=FIXED)
    assert "nps_daily" in {one.mart for one in told}


def test_data_tests_say_of_the_fixed_company_what_they_say_in_duckdb(fixed: Case) -> None:
    in_duckdb, on_the_server = fixed.failing_tests()
    assert on_the_server == in_duckdb


def test_every_mart_of_the_demo_has_rows(demo: Case) -> None:
    empty = [mart.name for mart in marts() if not demo.warehouse.rows(mart.name)]
    assert not empty


def test_who_may_create_nothing_is_told_of_the_database(demo: Case, dbt: PostgresDbt) -> None:
    assert demo.built
    dbt.server.execute("create role reader login")
    reader = replace(dbt, user="reader")
    with pytest.raises(DbtError, match=f"permission denied for database {DATABASE}"):
        reader("seed", "--select", "currency_rates")


@pytest.mark.faults
def test_after_a_server_that_goes_in_mid_build_the_next_build_is_whole(
    demo: Case, dbt: PostgresDbt
) -> None:
    dbt.server.execute("drop schema marts cascade", database=DATABASE)
    dbt.server.stop_when_there_is("marts.usage_daily_v1")
    with pytest.raises(DbtError, match="server closed the connection"):
        dbt("build", "--exclude-resource-type", "test", "unit_test")
    dbt.server.start()
    built = dbt("build", "--exclude-resource-type", "unit_test")
    case = replace(demo, built=built, warehouse=PostgresWarehouse(variant(), dbt.server.connect()))
    told = list(case.differences())
    assert not told, summary(told)


@pytest.mark.faults
def test_unit_tests_pass_on_the_server(demo: Case, dbt: PostgresDbt) -> None:
    assert demo.built
    results = dbt("test", "--select", "test_type:unit").results
    assert results
    assert {result.status for result in results} == {"pass"}


@pytest.mark.faults
@pytest.mark.parametrize("name", VARIANTS)
def test_marts_of_random_companies_are_those_of_duckdb(dbt: PostgresDbt, name: str) -> None:
    project = Compiled(**vars(compile_project(dbt, **VARIANTS[name])))
    seeds = [seed for seed in range(COMPANIES) if variant_of(random_company(seed)) == name]
    assert seeds
    told = [one for seed in seeds for one in random_differences(dbt.server, project, seed)]
    assert not told, summary(told)


def random_differences(server: Server, project: Compiled, seed: int) -> Iterator[Difference]:
    """Tell where the marts of a random company are others than DuckDB's."""
    company = random_company(seed)
    zone, as_of_date = company.vars["reporting_timezone"], company.vars["as_of_date"]
    warehouse = PostgresWarehouse(project.bound(zone, as_of_date), server.connect(FIXED))
    warehouse.sow(company.seeds)
    warehouse.land(company)
    warehouse.build()
    with built(company, compiled_for(company), KEYS) as expected:
        for mart, key in KEYS.items():
            both = plain(expected.rows(mart)), plain(warehouse.rows(mart))
            for one in differences(mart, key, *both):
                yield one._replace(company=f"company {seed}: ")
