"""What SQL of a user can reach, and how much of the machine it can take: one file, and little."""

import subprocess
import time
from pathlib import Path
from unittest import mock

import duckdb
import pytest

from harness.project import variant
from product_health.errors import UserError
from product_health.query.child import LIMITS
from product_health.query.sandbox import Sandbox
from product_health.sandbox.limits import ADDRESS_BYTES

NOT_ONE = "one SELECT is allowed, and nothing else"
STATEMENTS = (
    "select 1; select 2",
    "create table t (i int)",
    "create temp view marts as select 1",
    "insert into rows values (2)",
    "attach ':memory:' as other",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma database_list",
    "install httpfs",
    "load httpfs",
    "checkpoint",
    "call pragma_version()",
    "copy rows to 'rows.csv'",
    "explain analyze select 1",
)
OUTSIDE = (
    "select * from read_text('{path}')",
    "select * from read_blob('{path}')",
    "select * from read_csv('{path}')",
    "select * from '{path}'",
    "select * from read_parquet('https://example.com/x.parquet')",
    "select * from glob('{folder}/*')",
    "select * from query('copy rows to ''{folder}/out.csv''')",
    "select * from sqlite_scan('{path}', 'x')",
)
BOMBS = (
    "select len(range(1000000000))",
    "select repeat('x', 3000000000)",
    "select list(i) from range(2000000000) as t (i)",
    "select repeat('x', 100000000) from range(40)",
    "select * from range(100000000)",
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("limits") / "product_health.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table rows as select 1 as one, date '2026-02-05' as day")
    return path


def refusal(file: Path, sql: str) -> str:
    with Sandbox(file) as sandbox, pytest.raises(UserError) as told:
        sandbox.rows(sql)
    return str(told.value)


def test_a_select_is_answered_with_its_types(file: Path) -> None:
    with Sandbox(file) as sandbox:
        for _ in range(2):
            (row,) = sandbox.rows("select *, 0.5::double as half, null as none from rows")
            assert (
                str(row)
                == "{'one': 1, 'day': datetime.date(2026, 2, 5), 'half': 0.5, 'none': None}"
            )


def test_nothing_but_one_select(file: Path) -> None:
    before = file.read_bytes()
    with Sandbox(file) as sandbox:
        for sql in STATEMENTS:
            with pytest.raises(UserError, match=NOT_ONE):
                sandbox.rows(sql)
        assert sandbox.rows("select one from rows") == [{"one": 1}]
    assert file.read_bytes() == before


def test_nothing_outside_the_file(file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret\nof somebody\n", encoding="utf-8")
    with Sandbox(file) as sandbox:
        for sql in OUTSIDE:
            with pytest.raises(UserError) as told:
                sandbox.rows(sql.format(path=secret, folder=tmp_path))
            assert "of somebody" not in str(told.value)
    assert {path.name for path in tmp_path.iterdir()} == {secret.name}


def test_nothing_of_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hush")
    with mock.patch.object(subprocess, "Popen", wraps=subprocess.Popen) as started:
        with Sandbox(file) as sandbox:
            assert sandbox.rows("select one from rows") == [{"one": 1}]
        environment = started.call_args.kwargs["env"]
    assert "hush" not in environment.values()
    assert "PATH" in environment


@pytest.mark.parametrize("sql", BOMBS)
def test_bombs_go_off_in_the_child(file: Path, sql: str) -> None:
    begin = time.monotonic()
    told = refusal(file, sql)
    assert "emory" in told or "rows" in told, told
    assert time.monotonic() - begin < LIMITS.cpu_seconds
    assert ADDRESS_BYTES < 4 * 2**30


@pytest.mark.faults
def test_what_never_ends_is_ended(file: Path) -> None:
    endless = (
        "with recursive t as (select 1 as i union all select i + 1 from t) select max(i) from t"
    )
    assert refusal(file, endless) == f"it takes more than {LIMITS.cpu_seconds} seconds"


def test_a_value_is_a_value(file: Path) -> None:
    with Sandbox(file) as sandbox:
        for value in ("it's", "'; drop table rows; --", "$value", "{{ 6 * 7 }}"):
            assert sandbox.rows("select $value as value", {"value": value}) == [{"value": value}]


def test_metricflow_is_handed_nothing_that_was_typed(file: Path) -> None:
    manifest, period = variant().semantic_manifest, ["metric_time__month"]
    written = "{{ Dimension('nps__plan') }} = $value_0"
    with Sandbox(file) as sandbox:
        assert "nps__plan = $value_0" in sandbox.sql(manifest, "nps", period, [written])
        for typed in ("{{ 6 * 7 }} = 42", "{% for i in range(9) %}", f"{written} or 'a' = 'a'"):
            with pytest.raises(UserError, match="holds more than conditions are made of"):
                sandbox.sql(manifest, "nps", period, [written, typed])
        with pytest.raises(UserError, match="metric nps: MetricFlow refuses it by nobody"):
            sandbox.sql(manifest, "nps", ["nobody"], [])
