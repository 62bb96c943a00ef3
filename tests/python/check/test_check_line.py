"""Nothing is checked twice: where dbt's tests end and these expectations begin.

dbt tests what a model says of itself when it is built, and marts against what they are built
from. Expectations look at the two borders: at what lands, beyond the judgement of single rows, and
at what is published, as its readers find it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from product_health.check.suites import Suite, read_suites

# Of a column: what dbt's generic tests and constraints say, in Great Expectations' words.
SAID_BY_DBT = {
    "expect_column_values_to_not_be_null": "not_null",
    "expect_column_values_to_be_unique": "unique",
    "expect_compound_columns_to_be_unique": "unique_combination",
    "expect_column_values_to_be_in_set": "accepted_values",
    "expect_column_to_exist": "the contract",
    "expect_table_columns_to_match_set": "the contract",
}
RELATION = re.compile(r"\b(?:marts|intermediate|seeds)\.(\w+?)(?:_v\d+)?\b")
REF = re.compile(r"ref\('(\w+)'\)")


def model_of(relation: str) -> str:
    return re.sub(r"_v\d+$", "", relation.partition(".")[2])


def columns_in_tests(root: Path) -> Iterator[tuple[str, set[str]]]:
    """Give each model with the columns that its expressions and ranges of dbt name."""
    for path in (root / "models").rglob("*.yml"):
        document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in document.get("models", ()):
            tests = [test for test in model.get("data_tests", ()) if isinstance(test, dict)]
            texts = [
                str(test[kind].get("arguments", {}).get("expression", ""))
                for test in tests
                for kind in test
                if kind == "expression_is_true"
            ]
            yield model["name"], set(re.findall(r"\w+", " ".join(texts)))


def suites(root: Path) -> list[Suite]:
    return read_suites(root)


def test_what_dbt_says_of_single_columns_is_left_to_dbt(root: Path) -> None:
    wrong = [
        f"{suite.file}, {one.name}: {one.expect} is {SAID_BY_DBT[one.expect]} of dbt"
        for suite in suites(root)
        for one in suite.expectations
        if one.expect in SAID_BY_DBT
    ]
    assert not wrong, "write it in the model's YAML instead: " + "; ".join(wrong)


def test_ranges_that_dbt_tests_are_left_to_dbt(root: Path) -> None:
    tested: dict[str, set[str]] = {}
    for model, words in columns_in_tests(root):
        tested.setdefault(model, set()).update(words)
    wrong = [
        f"{suite.file}, {one.name}: {column}"
        for suite in suites(root)
        for one in suite.expectations
        for column in one.columns
        if column in tested.get(model_of(suite.relation), set())
    ]
    assert not wrong, "an expression_is_true of the model has it: " + "; ".join(wrong)


def test_reconciliations_of_dbt_are_not_done_again(root: Path) -> None:
    """The same relations compared by both would be the same comparison."""
    by_dbt = {
        frozenset(REF.findall(path.read_text(encoding="utf-8"))): path.name
        for path in (root / "tests" / "singular").glob("*.sql")
    }
    wrong = []
    for suite in suites(root):
        for one in suite.expectations:
            if one.query is None or suite.relation.endswith("*"):
                continue
            names = {model_of(suite.relation), *RELATION.findall(one.query)}
            if len(names) > 1 and frozenset(names) in by_dbt:
                wrong.append(f"{suite.file}, {one.name}: {by_dbt[frozenset(names)]}")
    assert not wrong, "tests/singular/ compares these already: " + "; ".join(wrong)


def test_both_borders_have_suites_and_each_has_an_owner(root: Path) -> None:
    found = suites(root)
    assert {suite.name.partition("/")[0] for suite in found} == {"landed", "published"}
    for suite in found:
        for one in suite.expectations:
            assert one.owner, f"{suite.file}, {one.name}: who mends it?"
            assert one.description.endswith("."), f"{suite.file}, {one.name}: say it in a sentence"
        folder = suite.name.partition("/")[0]
        assert suite.relation.startswith("marts.") == (folder == "published"), suite.file
