"""dbt itself on a small landing folder: what it builds, keeps, and refuses to build on."""

import pytest

from harness.builds import Build
from harness.check import expected_marts, told_of
from harness.compare import KEYS, summary
from harness.dbt import DbtError, parsed_copy
from harness.histories import unequal
from harness.landing import history_with_own_seeds

HISTORY = history_with_own_seeds(loads=4)
REFRESH = "run dbt build --full-refresh"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A copy of the project; the tests build on what those before them have built."""
    return Build(parsed_copy(tmp_path_factory.mktemp("builds")))


def test_an_empty_landing_folder_builds(build: Build) -> None:
    build.run()
    assert build.rows("usage_daily") == []


def test_builds_by_load_equal_a_full_refresh_and_the_reference(build: Build) -> None:
    company, (*first, last) = HISTORY.company, HISTORY.groups
    build.land(company, sum(first, ()))
    build.run()
    build.land(company, last)
    build.run()
    by_load = build.contents()
    build.run()
    assert not unequal(build.contents(), by_load), "a build without new loads changed something"
    build.run("--full-refresh")
    told = unequal(by_load, build.contents())
    assert not told, "\n".join(told)
    marts = {mart: build.rows(mart) for mart in KEYS}
    differences = told_of(expected_marts(company), marts)
    assert not differences, summary(differences)


def test_another_time_zone_needs_a_full_refresh(build: Build) -> None:
    with pytest.raises(DbtError, match=REFRESH):
        build.run(reporting_timezone="Europe/Berlin")


def test_a_load_taken_back_needs_a_full_refresh(build: Build) -> None:
    before = build.contents()
    store = build.land(HISTORY.company, ())
    taken_back = store.undo_last()[0]["load_id"]
    with pytest.raises(DbtError, match=f"load {taken_back}.*{REFRESH}"):
        build.run()
    assert build.contents() == before
