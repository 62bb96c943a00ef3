"""Personal values that were landed are in no byte, and in no value, that is published."""

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness.builds import Build, parsed
from harness.landing import history_with_own_seeds
from harness.project import variant
from product_health.contract import Contract
from product_health.publish.plan import plan
from product_health.publish.readable import Readable
from product_health.report.command import written
from publishing_desk import Desk, set_up
from reference import Company

CANARY = "canary7381"


@pytest.fixture(scope="module")
def planted(
    tmp_path_factory: pytest.TempPathFactory, root: Path, cache: Path, contract: Contract
) -> Desk:
    """A company that has a canary wherever something personal lands, built by dbt and published."""
    history = history_with_own_seeds(loads=5)
    build = parsed(tmp_path_factory.mktemp("canaries"), ())
    company = with_canaries(history.company, contract)
    build.land(company, sum(history.groups, ()))
    build.run_all()
    assert all(landed(build).values())
    desk = set_up(tmp_path_factory.mktemp("canary_desk"), root, build.dbt.database, cache)
    desk.publish()
    return desk


def with_canaries(company: Company, contract: Contract) -> Company:
    tables = copy.deepcopy(company.tables)
    for name, rows in tables.items():
        for column in contract.entity(name).file_columns:
            for number, row in enumerate(rows if column.personal else ()):
                row[column.name] = f"{CANARY}.{column.name}{number}@person.example"
    return dataclasses.replace(company, tables=tables)


def landed(build: Build) -> dict[str, int]:
    """Count the canaries that come as far as intermediate models, by column."""
    places = ("usage_people.email", "support_tickets.subject", "survey_responses.comment")
    with duckdb.connect(str(build.dbt.database), read_only=True) as connection:
        counts = {}
        for place in places:
            table, column = place.split(".")
            sql = f"select count(*) from intermediate.int_{table} where {column} like ?"
            ((counts[place],),) = connection.execute(sql, [f"%{CANARY}%"]).fetchall()
    return counts


def texts(desk: Desk) -> Iterator[tuple[str, list[Any]]]:
    """Give each text column that is published, and its values that hold a canary."""
    with duckdb.connect(str(desk.file.resolve()), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where not internal and data_type = 'VARCHAR'"
        ).fetchall()
        for schema, table, column in columns:
            sql = f"select {column} from {schema}.{table} where lower({column}) like ?"
            found = connection.execute(sql, [f"%{CANARY}%"]).fetchall()
            yield f"{schema}.{table}.{column}", found


def test_no_published_value_is_personal(planted: Desk) -> None:
    found = dict(texts(planted))
    assert len(found) > 50
    assert {name: rows for name, rows in found.items() if rows} == {}


def test_no_byte_of_the_page_is_personal(planted: Desk, root: Path) -> None:
    text = written(root, Readable(planted.warehouse))
    assert len(text) > 50_000
    assert CANARY not in text.lower()


def test_whatever_is_published_is_a_mart(root: Path, cache: Path) -> None:
    assert cache.is_dir()
    marts = {
        model.relation.replace('"', "").split(".")[-1]
        for model in variant().models
        if model.layer == "marts"
    }
    copied = {mart.table for mart in plan(root, print).marts}
    assert len(copied) > 30
    assert copied == marts


def test_no_published_byte_is_personal(planted: Desk) -> None:
    files = [path for path in planted.sets.root.rglob("*") if path.is_file()]
    assert len(files) > 30
    held = {path.name for path in files if CANARY.encode() in path.read_bytes().lower()}
    assert held == set()
    # so that the search is known to find it: the warehouse does hold them
    assert CANARY.encode() in planted.warehouse.read_bytes().lower()
