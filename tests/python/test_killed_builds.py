"""A build that is killed, then a new one: the same numbers as if nothing had happened."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.builds import Build
from harness.dbt import parsed_copy
from harness.histories import unequal
from harness.landing import history_with_own_seeds
from strategies_rows import seeded

HISTORY = history_with_own_seeds(loads=3)


@dataclass(frozen=True)
class Case:
    """A warehouse, a copy of it before the last load, and what all loads make of it."""

    build: Build
    earlier: Path
    expected: dict[str, list[str]]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    build = Build(parsed_copy(tmp_path_factory.mktemp("killed")))
    *first, last = HISTORY.groups
    build.land(HISTORY.company, sum(first, ()))
    build.run()
    earlier = build.dbt.folder / "earlier.duckdb"
    shutil.copy(build.dbt.database, earlier)
    build.land(HISTORY.company, last)
    build.run()
    return Case(build, earlier, build.contents())


def check(case: Case, seed: int) -> None:
    rng = seeded(f"kill-{seed}")
    database = case.build.dbt.database
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)
    # the first build of all, or one that adds a load
    if rng.random() < 0.75:
        shutil.copy(case.earlier, database)
    case.build.kill_midway(rng)
    case.build.run()
    told = unequal(case.build.contents(), case.expected)
    assert not told, "\n".join(told)


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_build_leaves_no_trace(case: Case, seed: int) -> None:
    check(case, seed)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(2, 24))
def test_many_killed_builds_leave_no_trace(case: Case, seed: int) -> None:
    check(case, seed)
