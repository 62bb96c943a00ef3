"""What may not be published: each refusal is a sentence, and readers keep what they have."""

import os
import time
from pathlib import Path

import duckdb
import pytest

from product_health.built import RUN_RESULTS, SETTLE_SECONDS, doubt
from product_health.check.results import RESULT
from product_health.check.suites import FOLDER
from product_health.errors import UserError
from product_health.publish.gate import require_passed
from publishing_desk import EXPECTATION, Desk

FAILED = {"unique_id": "test.product_health.no_holes.abc", "status": "fail"}
SKIPPED = {"unique_id": "model.product_health.usage_daily.v1", "status": "skipped"}
BUILDS: dict[str, dict[str, object]] = {
    "no_holes": {"args": {"which": "build"}, "results": [FAILED]},
    "usage_daily": {"args": {"which": "build"}, "results": [SKIPPED]},
    "part of the project (--select)": {"args": {"which": "build", "select": ["x"]}, "results": []},
    "--exclude-resource-type": {
        "args": {"which": "build", "exclude_resource_types": ["test"]},
        "results": [],
    },
    "project (--exclude-resource-types)": {
        "args": {"which": "build", "exclude_resource_types": ["unit_test", "test"]},
        "results": [],
    },
    "`dbt show`": {"args": {"which": "show"}, "results": []},
}
NOT = "not published: "
BUILD, OF_IT = "b1", {"metadata": {"invocation_id": "b1"}}
NOT_MET = EXPECTATION | {"success": False}
WARNED = NOT_MET | {"severity": "warn"}
FAILING: dict[str, object] = {
    "suites": [{"suite": "landed/b", "expectations": [NOT_MET, WARNED, NOT_MET]}]
}
CHECKS: dict[str, dict[str, object]] = {
    "the check of the warehouse found 2 errors": FAILING,
    "the last check left out landed/b, published/a": {"suites": []},
    "the last check left out published/a;": {
        "suites": [{"suite": "landed/b", "expectations": [WARNED]}]
    },
    "the last check was of another build": {"database": {"fingerprint": "0"}},
    "the last check was of another build of": {"checked_at": "2026-01-01T00:00:00+00:00"},
    "is not what a check writes": {"suites": [{"suite": "landed/b"}]},
}


@pytest.fixture
def gate(tmp_path: Path) -> Desk:
    """A desk with a small warehouse, and two suites of expectations."""
    for name in ("landed/b.yml", "published/a.yml"):
        (tmp_path / FOLDER / name).parent.mkdir(parents=True)
        (tmp_path / FOLDER / name).touch()
    desk = Desk(tmp_path, tmp_path / "w.duckdb")
    desk.change("create table rows as select 1 as one")
    desk.change("create schema meta")
    desk.change(f"create view meta.last_command as select '{BUILD}' as invocation_id")
    return desk


def refusal(desk: Desk) -> str:
    with pytest.raises(UserError, match=r"^not published: .*; run `(dbt|product-health) ") as told:
        require_passed(desk.folder, desk.warehouse)
    return str(told.value)


def test_what_passed_may_be_published(gate: Desk) -> None:
    require_passed(gate.folder, gate.warehouse)
    gate.write(RUN_RESULTS, BUILDS["no_holes"] | OF_IT | {"results": [FAILED | {"status": "warn"}]})
    require_passed(gate.folder, gate.warehouse)


def test_a_build_without_unit_tests_which_guard_code_may_be_published(gate: Desk) -> None:
    for left_out in (["unit_test"], ["unit_test", "unit_test"], []):
        args = {"which": "build", "exclude_resource_types": left_out}
        gate.write(RUN_RESULTS, {"args": args, "results": []} | OF_IT)
        require_passed(gate.folder, gate.warehouse)


@pytest.mark.parametrize(("told", "results"), BUILDS.items())
def test_a_build_that_did_not_pass(gate: Desk, told: str, results: dict[str, object]) -> None:
    gate.write(RUN_RESULTS, results | OF_IT)
    assert told in refusal(gate)


def test_what_failed_is_told_and_not_what_was_skipped_for_it(gate: Desk) -> None:
    unit = {"unique_id": "unit_test.product_health.usage_daily.v1_counts", "status": "error"}
    results = {"results": [SKIPPED, SKIPPED, unit, FAILED, FAILED]}
    gate.write(RUN_RESULTS, BUILDS["no_holes"] | OF_IT | results)
    assert refusal(gate).split("; ")[0].endswith("pass: usage_daily.v1_counts, no_holes")
    assert doubt(gate.folder, gate.warehouse) == refusal(gate).split("; ")[0][len(NOT) :]


def test_what_passed_or_was_built_elsewhere_is_not_in_doubt(gate: Desk) -> None:
    assert doubt(gate.folder, gate.warehouse) is None
    (gate.folder / RUN_RESULTS).unlink()
    assert doubt(gate.folder, gate.warehouse) is None


def test_a_build_of_another_warehouse(gate: Desk) -> None:
    passed = {"args": {"which": "build"}, "results": []}
    gate.write(RUN_RESULTS, passed | OF_IT)
    require_passed(gate.folder, gate.warehouse)
    gate.write(RUN_RESULTS, passed | {"metadata": {"invocation_id": "b2"}})
    assert "was of another warehouse, or is not the last one here" in refusal(gate)
    # nor is one in which dbt noted nothing
    gate.write(RUN_RESULTS, passed | OF_IT)
    with duckdb.connect(str(gate.warehouse)) as connection:
        connection.execute("drop schema meta cascade")
    assert "was of another warehouse" in refusal(gate)


@pytest.mark.parametrize(("told", "check"), CHECKS.items())
def test_a_check_that_did_not_pass(gate: Desk, told: str, check: dict[str, object]) -> None:
    gate.write(RESULT, gate.check() | check)
    assert told in refusal(gate)


@pytest.mark.parametrize("path", [RUN_RESULTS, RESULT])
def test_results_that_are_missing_or_cut(gate: Desk, path: Path) -> None:
    (gate.folder / path).write_text('{"passed": tr', encoding="utf-8")
    assert "is not whole" in refusal(gate)
    (gate.folder / path).unlink()
    assert path.name in refusal(gate)


def test_a_build_that_was_killed(gate: Desk) -> None:
    log = gate.warehouse.with_name("w.duckdb.wal")
    log.touch()
    assert "after the last build that ended" in refusal(gate)
    log.unlink()
    require_passed(gate.folder, gate.warehouse)
    later = time.time() + SETTLE_SECONDS + 5
    os.utime(gate.warehouse, (later, later))
    # even where it was checked since
    gate.write(RESULT, gate.check() | {"checked_at": "2999-01-01T00:00:00+00:00"})
    assert "after the last build that ended" in refusal(gate)


def test_a_failed_gate_leaves_every_byte(desk: Desk) -> None:
    desk.publish()
    before = desk.bytes_read()
    desk.change("delete from marts.usage_daily_v1 where dau > 100")
    desk.write(RESULT, desk.check() | {"suites": [{"suite": "one", "expectations": [NOT_MET]}]})
    code, said, errors = desk.call()
    assert code == 1
    assert not said
    assert errors.startswith(
        "error: not published: the check of the warehouse found 1 error; run `"
    )
    assert desk.bytes_read() == before
    desk.pass_gate()
    assert desk.call()[0] == 0
    assert desk.bytes_read() != before
