"""dbt itself on a small landing folder: what it builds, keeps, and refuses to build on."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.builds import Build, parsed
from harness.check import expected_marts, told_of
from harness.compare import KEYS, summary
from harness.histories import unequal
from harness.landing import history_with_own_seeds
from product_health.compiled.dbt import DbtError
from strategies_rows import seeded

HISTORY = history_with_own_seeds(loads=4)
# All that is appended, and what is made of it; the whole project takes dbt thrice as long.
MARTS = ("usage_daily", "usage_daily_by_segment", "usage_retention", "usage_sessions_daily")
# What stands in seeds is there without any landed row.
OF_SEEDS = {"dim_features", "adoption_time_to_adopt", "trust_freshness"}
REFRESH = "run dbt build --full-refresh"


@dataclass(frozen=True)
class Case:
    """A warehouse built load by load, a copy of it before the last load, and what it holds."""

    build: Build
    earlier: Path
    contents: dict[str, list[str]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Build:
    build = parsed(tmp_path_factory.mktemp("builds"), MARTS)
    build.run_all()
    return build


@pytest.fixture(scope="module")
def case(empty: Build) -> Case:
    *first, last = HISTORY.groups
    empty.land(HISTORY.company, sum(first, ()))
    empty.run()
    earlier = empty.dbt.scratch / "earlier.duckdb"
    shutil.copy(empty.dbt.database, earlier)
    empty.land(HISTORY.company, last)
    empty.run()
    return Case(empty, earlier, empty.contents())


def test_a_folder_without_landed_files_builds(empty: Build) -> None:
    assert not empty.landing.exists()
    assert all(empty.rows(mart) == [] for mart in KEYS if mart not in OF_SEEDS)


@pytest.mark.faults
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_unit_tests_hold_wherever_a_company_reports(tmp_path: Path, zone: str) -> None:
    build = parsed(tmp_path, ())
    options = ("--exclude-resource-type", "test")
    build.dbt("build", *options, landing_path=str(build.landing), reporting_timezone=zone)


def test_marts_equal_the_reference(case: Case) -> None:
    marts = {mart: case.build.rows(mart) for mart in MARTS}
    told = told_of(expected_marts(HISTORY.company), marts)
    assert not told, summary(told)


def test_a_second_build_changes_nothing(case: Case) -> None:
    case.build.run()
    told = unequal(case.build.contents(), case.contents)
    assert not told, "\n".join(told)


def test_a_full_refresh_changes_nothing(case: Case) -> None:
    case.build.run("--full-refresh")
    told = unequal(case.build.contents(), case.contents)
    assert not told, "\n".join(told)


def test_a_killed_build_leaves_no_trace(case: Case) -> None:
    check_killed(case, 0)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(1, 24))
def test_many_killed_builds_leave_no_trace(case: Case, seed: int) -> None:
    check_killed(case, seed)


def check_killed(case: Case, seed: int) -> None:
    """Kill a build at a random moment, build again: as if nothing had happened."""
    rng = seeded(f"kill-{seed}")
    database = case.build.dbt.database
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)
    # the first build of all, or one that adds a load
    if rng.random() < 0.75:
        shutil.copy(case.earlier, database)
    case.build.kill_midway(rng)
    case.build.run()
    told = unequal(case.build.contents(), case.contents)
    assert not told, "\n".join(told)


def test_another_time_zone_needs_a_full_refresh(case: Case) -> None:
    with pytest.raises(DbtError, match=REFRESH):
        case.build.run(reporting_timezone="Europe/Berlin")


def test_a_load_taken_back_needs_a_full_refresh(case: Case) -> None:
    before = case.build.contents()
    store = case.build.land(HISTORY.company, ())
    taken_back = store.undo_last()[0]["load_id"]
    with pytest.raises(DbtError, match=f"load {taken_back}, .*{REFRESH}"):
        case.build.run()
    assert case.build.contents() == before
