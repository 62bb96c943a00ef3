"""One company through the models and through the reference, and where they part."""

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor

from harness.compare import KEYS, Difference, differences
from harness.dimensions import dimensions, on_dates
from harness.project import Compiled
from harness.warehouse import built, compiled_for
from reference import Company, Row, build, resolve
from strategies import random_company

WORKERS = 2


def expected_marts(company: Company) -> dict[str, list[Row]]:
    """Give the rows of every mart as the reference has them."""
    marts = build(company)
    return {**marts, **dimensions(resolve(company), marts)}


def mart_differences(
    company: Company, compiled: Compiled | None = None, marts: Collection[str] = tuple(KEYS)
) -> list[Difference]:
    """Build a company and tell every difference between its marts and the reference."""
    compiled = compiled or compiled_for(company)
    with built(company, compiled, marts) as warehouse:
        actual = {mart: warehouse.rows(mart) for mart in marts}
    return told_of(expected_marts(company), actual)


def told_of(expected: dict[str, list[Row]], actual: dict[str, list[Row]]) -> list[Difference]:
    """Tell every difference of marts from the reference."""
    told: list[Difference] = []
    for mart, found in actual.items():
        key, rows = KEYS[mart], found
        if mart == "dim_accounts_history":
            key, rows = ("account_id", "date_day"), on_dates(rows, expected[mart])
        told += differences(mart, key, expected[mart], rows)
    return told


def many_differences(seeds: Iterable[int]) -> list[Difference]:
    """Do so for random companies; the database lets go of the interpreter, so threads help."""

    def check(seed: int) -> list[Difference]:
        told = mart_differences(random_company(seed))
        return [one._replace(company=f"company {seed}: ") for one in told]

    with ThreadPoolExecutor(WORKERS) as pool:
        return [one for told in pool.map(check, seeds) for one in told]
