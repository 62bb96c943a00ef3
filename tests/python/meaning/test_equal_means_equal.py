"""No two queries with one fingerprint give different rows: random pairs on tiny tables."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meaning.grammar import Grammar
from meaning.small import databases, fingerprint, rows

NUMBERS = st.lists(st.integers(0, 41), min_size=12, max_size=40)


@pytest.fixture(scope="module")
def tiny() -> Iterator[list[duckdb.DuckDBPyConnection]]:
    """The databases, opened once."""
    connections = databases()
    yield connections
    for connection in connections:
        connection.close()


def confused(one: str, other: str, tiny: list[duckdb.DuckDBPyConnection]) -> str:
    """Say where two queries have one fingerprint and different rows; nothing where they do not."""
    if one == other or fingerprint(one) != fingerprint(other):
        return ""
    for connection in tiny:
        found = rows(connection, one), rows(connection, other)
        if None not in found and found[0] != found[1]:
            return f"{one}\n  gives {found[0]}\n{other}\n  gives {found[1]}"
    return ""


def differs_in_one_choice(
    numbers: list[int], place: int, other: int, tiny: list[duckdb.DuckDBPyConnection]
) -> None:
    """Fail where a query and one that differs from it in one choice are confused."""
    changed = list(numbers)
    changed[place % len(numbers)] += other
    told = confused(Grammar(numbers).query()[0], Grammar(changed).query()[0], tiny)
    assert not told, told


CHOICES = given(numbers=NUMBERS, place=st.integers(0, 39), other=st.integers(1, 41))
CHECKS = list(HealthCheck)


@settings(max_examples=300, deadline=None, suppress_health_check=CHECKS)
@CHOICES
def test_queries_that_differ_in_one_choice(
    tiny: list[duckdb.DuckDBPyConnection], numbers: list[int], place: int, other: int
) -> None:
    differs_in_one_choice(numbers, place, other, tiny)


@pytest.mark.faults
@settings(max_examples=10_000, deadline=None, suppress_health_check=CHECKS)
@CHOICES
def test_many_queries_that_differ_in_one_choice(
    tiny: list[duckdb.DuckDBPyConnection], numbers: list[int], place: int, other: int
) -> None:
    differs_in_one_choice(numbers, place, other, tiny)
