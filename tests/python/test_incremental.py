"""Tables built load by load equal those of one full refresh, to the last digit."""

import pytest

from harness.histories import (
    appended,
    contents,
    many_history_differences,
    random_history,
    replayed,
    tables,
    unequal,
)
from harness.project import variant
from harness.warehouse import compiled_for

HISTORIES = 16


def test_what_appends_are_the_usage_event_models() -> None:
    assert set(appended(variant())) == {
        "int_usage_event_duplicates",
        "int_usage_event_days",
        "int_usage_event_runs",
    }


def test_histories_equal_one_full_refresh() -> None:
    told = many_history_differences(range(HISTORIES))
    assert not told, "\n".join(told[:10])


def test_interrupted_histories_equal_one_full_refresh() -> None:
    told = many_history_differences(range(HISTORIES, HISTORIES + 6), is_interrupted=True)
    assert not told, "\n".join(told[:10])


@pytest.mark.parametrize("seed", range(3))
def test_a_build_without_new_loads_changes_nothing(seed: int) -> None:
    history = random_history(seed)
    compiled = compiled_for(history.company)
    with replayed(history, compiled) as warehouse:
        warehouse.build()
        before = contents(warehouse, tables(compiled))
        warehouse.build()
        told = unequal(contents(warehouse, tables(compiled)), before)
    assert not told, "\n".join(told)


@pytest.mark.faults
def test_many_histories_equal_one_full_refresh() -> None:
    told = many_history_differences(range(1000, 2000))
    assert not told, "\n".join(told[:10])


@pytest.mark.faults
def test_many_interrupted_histories_equal_one_full_refresh() -> None:
    told = many_history_differences(range(2000, 2300), is_interrupted=True)
    assert not told, "\n".join(told[:10])
