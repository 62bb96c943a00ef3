"""Ids of people that look like personal data: marts hold a hash of them, where there is a key."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from harness.project import variant
from product_health.compiled.project import CompiledProject, Model
from publishing_desk import DATABASE

KEY, VARIABLE = "DBT_ENV_SECRET_PERSON_KEY", "person_key"
SECRET = "it's a secret 7381"  # noqa: S105 - of this test
# Where ids of people come from, as they were landed.
RAW_IDS = """
    select actor_id from intermediate.int_actors
    union select person_id from intermediate.int_people
    union select requester_id from intermediate.int_tickets
"""
PERSONAL = "'josé+' || replace(person_id, '_', '.') || '@müller.example'"
Connection = duckdb.DuckDBPyConnection


@pytest.fixture
def warehouse(tmp_path: Path, built: Path) -> Path:
    """A copy of the warehouse in which the ids of some people are e-mail addresses."""
    path = tmp_path / "product_health.duckdb"
    shutil.copy(built, path)
    with duckdb.connect(str(path)) as connection:
        for table, column in (
            ("int_people", "person_id"),
            ("int_actors", "person_id"),
            ("int_person_days", "person_id"),
            ("int_voice_responses", "person_id"),
            ("int_tickets", "requester_id"),
        ):
            changed = PERSONAL.replace("person_id", column)
            connection.execute(
                f"update intermediate.{table} set {column} = {changed} where {column} like '%7'"
            )
    return path


def models_by_table(project: CompiledProject) -> dict[str, Model]:
    return {one.relation.replace('"', "").split(".")[-1]: one for one in project.models}


def texts(connection: Connection, table: str) -> list[str]:
    found = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'marts' "
        "and table_name = ? and data_type = 'VARCHAR'",
        [table],
    )
    return [name for (name,) in found.fetchall()]


def raw_ids_in(connection: Connection, rows: str, column: str) -> int:
    sql = f"select count(*) from ({rows}) as made where {column} in ({RAW_IDS})"
    [(count,)] = connection.execute(sql).fetchall()
    return int(count)


def test_no_mart_holds_an_id_of_a_person_as_it_was_landed(root: Path, built: Path) -> None:
    project = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    marts = models_by_table(variant())
    with duckdb.connect(str(built), read_only=True) as connection:
        connection.execute("set python_enable_replacements = false")
        connection.execute(f"set variable {VARIABLE} = 'a key'")
        holding = [
            (table, column)
            for table, mart in marts.items()
            if mart.layer == "marts"
            for column in texts(connection, table)
            if raw_ids_in(connection, f"from marts.{table}", column)
        ]
        assert ("dim_people_v1", "person_id") in holding
        plain = [
            (table, column)
            for table, column in holding
            # let every id look like an address
            for sql in [marts[table].sql.replace(project["vars"]["email_pattern"], ".")]
            if raw_ids_in(connection, sql, column)
        ]
    assert plain == [], "pass the column through macro person_id_in_marts"


def ids(warehouse: Path, table: str, column: str = "person_id", key: str = "") -> set[str]:
    """Give the ids that a mart would hold, made of the warehouse."""
    sql = models_by_table(variant())[table].sql
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"set variable {VARIABLE} = '{key}'")
        found = connection.execute(f"select {column} from ({sql}) where {column} is not null")
        return {one for (one,) in found.fetchall()}


def test_only_ids_that_look_personal_are_hashed_and_alike_in_every_mart(warehouse: Path) -> None:
    without, people = ids(warehouse, "dim_people_v1"), ids(warehouse, "dim_people_v1", key="k")
    personal = {one for one in without if "@" in one}
    assert len(personal) > 100
    assert without - personal == without & people
    assert len(people) == len(without)
    assert not any("@" in one for one in people)
    for table, column in (
        ("voice_responses_v1", "person_id"),
        ("support_tickets_v1", "requester_id"),
    ):
        held = ids(warehouse, table, column, key="k")
        assert held <= people
        assert held & (people - without), table


def test_hashes_are_stable_and_need_the_key(warehouse: Path) -> None:
    first, again, other = (ids(warehouse, "dim_people_v1", key=key) for key in ("k", "k", "K"))
    assert first == again
    plain = ids(warehouse, "dim_people_v1")
    assert first & other == {one for one in plain if "@" not in one}


def run_dbt(root: Path, folder: Path, warehouse: Path, key: str, *options: str) -> str:
    """Build what holds ids of people, and the tests of it, with a key in the environment."""
    marts = ("dim_people", "voice_responses", "support_tickets")
    select = ("--select", *marts, "accounts_active_people_are_in_dim_people")
    places = ("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"))
    done = subprocess.run(  # noqa: S603 - nothing here comes from outside
        [sys.executable, "-m", "dbt.cli.main", "--debug", "build", *select, *places, *options],
        cwd=root,
        env={**os.environ, DATABASE: str(warehouse), KEY: key},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_dbt_hashes_and_writes_the_key_nowhere(root: Path, tmp_path: Path, warehouse: Path) -> None:
    said = run_dbt(root, tmp_path, warehouse, SECRET)
    assert " ERROR=0 SKIP=0 " in said, said[-3000:]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        held = connection.execute("select person_id from marts.dim_people_v1").fetchall()
    assert {one for (one,) in held} == ids(
        warehouse, "dim_people_v1", key=SECRET.replace("'", "''")
    )
    assert SECRET not in said
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if b"secret 7381" in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("all", "export DBT_ENV_SECRET_PERSON_KEY="),
        pytest.param("some", "is neither personal nor all", marks=pytest.mark.faults),
    ],
)
def test_hashes_of_all_need_a_key(
    root: Path, tmp_path: Path, warehouse: Path, wanted: str, told: str
) -> None:
    said = run_dbt(root, tmp_path, warehouse, "", "--vars", f"hashed_person_ids: {wanted}")
    assert told in said
    assert "START sql table" not in said
