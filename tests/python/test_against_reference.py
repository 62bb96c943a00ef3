"""The marts, held against an independent reference on random small companies."""

import pytest
from hypothesis import HealthCheck, given, settings

from harness.check import expected_marts, many_differences, mart_differences
from harness.compare import KEYS, summary
from harness.project import compiled_variants
from reference import Company
from strategies import companies, random_company

# Rows of the reference that are no mart; test_accounting holds them against the models.
NO_MARTS = {"row_accounting"}


def test_every_mart_has_a_reference_and_a_grain() -> None:
    assert set(compiled_variants()["utc"].marts()) == set(KEYS)
    assert set(expected_marts(random_company(0))) - NO_MARTS == set(KEYS)


@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(companies())
def test_marts_of_drawn_companies(company: Company) -> None:
    told = mart_differences(company)
    assert not told, summary(told)


def test_marts_of_random_companies() -> None:
    told = many_differences(range(60))
    assert not told, summary(told)


@pytest.mark.faults
def test_marts_of_many_random_companies() -> None:
    told = many_differences(range(1000, 2000))
    assert not told, summary(told)
