"""The marts, held against an independent reference on random small companies."""

import pytest
from hypothesis import HealthCheck, given, settings

from harness.check import expected_marts, many_differences, mart_differences
from harness.compare import KEYS, summary
from harness.landing import own_seeds
from harness.project import data_tests, variant
from harness.warehouse import built, compiled_for
from reference import Company
from strategies import companies, fill, random_company, random_outline

# Rows of the reference that are no mart; test_accounting holds them against the models.
NO_MARTS = {"row_accounting"}


def test_every_mart_has_a_reference_and_a_grain() -> None:
    assert set(variant().marts()) == set(KEYS)
    assert set(expected_marts(random_company(0))) - NO_MARTS == set(KEYS)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(companies())
def test_marts_of_drawn_companies(company: Company) -> None:
    told = mart_differences(company)
    assert not told, summary(told)


def test_marts_of_random_companies() -> None:
    told = many_differences(range(16))
    assert not told, summary(told)


def empty_company() -> Company:
    return Company({}, [], own_seeds())


def company_in_utc(seed: int) -> Company:
    return fill(random_outline(seed, ["UTC"], may_fix=False))


@pytest.mark.parametrize("company", [empty_company(), *map(company_in_utc, range(2))])
def test_data_tests_hold_for_any_company(company: Company) -> None:
    compiled, tests = compiled_for(company), data_tests()
    with built(company, compiled, [model.name for model in compiled.models]) as warehouse:
        failed = {
            test.name: rows[:2]
            for test in tests
            if test.severity == "error" and (rows := warehouse.query(test.sql))
        }
    assert tests
    assert not failed, failed


@pytest.mark.faults
def test_marts_of_many_random_companies() -> None:
    told = many_differences(range(1000, 2000))
    assert not told, summary(told)
