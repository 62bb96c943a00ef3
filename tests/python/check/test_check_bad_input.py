"""Whatever is wrong with the input is told in a sentence that says where and what to do."""

import shutil
import sys

import pytest
from click.testing import CliRunner

from checked_project import Checked
from product_health.check.results import RESULT
from product_health.cli import main

SUITE = """
relation: marts.dim_accounts_v1
description: Accounts.
expectations:
  - name: paid
    description: They pay.
    severity: error
    expect: expect_column_values_to_be_between
    column: arr
    min_value: 0
"""
QUERY = """
relation: marts.dim_accounts_v1
description: Accounts.
expectations:
  - name: paid
    description: They pay.
    severity: error
    expect: UnexpectedRowsExpectation
    unexpected_rows_query: SQL
"""
FILE = "tests/expectations/published/mine.yml"


def refused(checked: Checked, *said: str, suite: str = "published/mine") -> None:
    answer = checked("--suite", suite)
    assert answer.exit_code == 1
    assert answer.said.startswith("error: ") or "\nerror: " in answer.said
    assert "Traceback" not in answer.said
    for text in said:
        assert text in answer.said, answer.said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("relation:", "realtion:", "unknown key 'realtion'; did you mean relation or"),
        ("    severity:", "    severty:", "key 'severity' is missing or has no text (is 'severty'"),
        ("severity: error", "severity: fatal", "severity 'fatal' must be one of error, warn"),
        ("    min_value:", "    min_valeu:", "unknown key 'min_valeu'; did you mean min_value"),
        ("    column: arr", "    colum: arr", "unknown key 'colum'; did you mean column"),
        ("to_be_between", "to_be_betwen", "did you mean expect_column_values_to_be_between"),
        ("values_to_be_between", "values_to_match_regex", "does not work on DuckDB"),
        ("values_to_be_between", "quantile_values_to_be_between", "does not work on DuckDB"),
        ("column: arr", "column: revenue", "marts.dim_accounts_v1 has no column 'revenue'"),
        ("dim_accounts_v1", "dim_acounts_v1", "lacks marts.dim_acounts_v1; there is marts.dim_acc"),
        ("dim_accounts_v1", "dim.accounts", "must be written as schema.table"),
        ("    min_value: 0", "    min_value: [0]", "mine.yml, paid: "),
        ("description: Accounts.", "description: [", "is not YAML"),
        ("description: Accounts.", f"description: {'[' * 5000}", "it is nested too deeply"),
        ("    column: arr", "    column: arr\n    column: mrr", "key 'column' is given twice"),
        ("expectations:\n", "expectations: none\nx:\n", "mine.yml: unknown key 'x'"),
        ("  - name: paid", "  - 7\n  - name: paid", "keys and values are expected here, not int"),
    ],
)
def test_a_broken_suite(checked: Checked, old: str, new: str, said: str) -> None:
    assert old in SUITE
    checked.suite("published/mine", SUITE.replace(old, new))
    refused(checked, FILE, said)


def test_a_suite_of_nothing(checked: Checked) -> None:
    for text in ("", "7", "[]", "relation: a.b"):
        checked.suite("published/mine", text)
        refused(checked, FILE)


def test_a_name_given_twice(checked: Checked) -> None:
    checked.suite("published/mine", SUITE + SUITE.partition("expectations:\n")[2])
    refused(checked, FILE, "the name 'paid' is given to two expectations")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", "Parser Error"),
        ("select nothing from {batch}", 'Referenced column "nothing" not found'),
        ("select 1 from marts.gone", "Table with name gone does not exist"),
        ("select 1 from {bacth}", "unknown placeholder {bacth}; known are batch"),
        ("select * from read_csv('nowhere/*.csv')", "landed files that are not there"),
        ("update {batch} set arr = 0", "Parser Error"),
        ("select 1; drop table marts.dim_accounts_v1", "Parser Error"),
    ],
)
def test_sql_that_the_database_refuses(checked: Checked, sql: str, said: str) -> None:
    checked.suite("published/mine", QUERY.replace("SQL", f'"{sql}"'))
    refused(checked, FILE, "paid: ", said)


def test_sql_with_braces_colons_and_percents_is_taken_as_it_is(checked: Checked) -> None:
    sql = (
        "select account_id::varchar as a, {'k': 1} as b from {batch} where "
        "regexp_matches(account_id, '^a{1,2}[[:alpha:]]+\\d$') and account_id like 'acc%t1' "
        "and 'x:y' <> 'a:b' -- :y {z"
    )
    checked.suite("published/mine", QUERY.replace("SQL", f"|\n      {sql}\n"))
    answer = checked("--suite", "published/mine")
    assert "1 row" in answer.said
    assert answer.failed == {"published/mine/paid": "error"}


def test_all_problems_are_told_at_once(checked: Checked) -> None:
    checked.sql("alter table marts.usage_l28_v1 drop column people")
    checked.sql("alter table marts.dim_accounts_v1 drop column arr")
    answer = checked()
    assert answer.exit_code == 1
    assert "usage_l28.yml, people_add_up_to_mau: " in answer.said
    assert "dim_accounts.yml, arr_is_not_negative: marts.dim_accounts_v1 has no column 'arr'" in (
        answer.said
    )


def test_a_mart_that_is_missing(checked: Checked) -> None:
    checked.sql("drop table marts.usage_l28_v1")
    refused(checked, "the warehouse lacks marts.usage_l28_v1", suite="published/usage_l28")


def test_a_warehouse_without_marts(checked: Checked) -> None:
    checked.sql("drop schema marts cascade")
    refused(checked, "the warehouse lacks marts.*", "dbt build", suite="published/every_mart")


def test_a_warehouse_without_its_register(checked: Checked) -> None:
    checked.sql("drop table intermediate.int_heartbeats")
    refused(checked, "the warehouse lacks intermediate.int_heartbeats", suite="landed/freshness")


def test_no_warehouse(checked: Checked) -> None:
    checked.database.unlink()
    refused(checked, "there is no warehouse yet", suite="published/usage_l28")


def test_no_suites(checked: Checked) -> None:
    shutil.rmtree(checked.folder / "tests" / "expectations")
    answer = checked()
    assert answer.exit_code == 1
    assert "tests/expectations/: there are no suites" in answer.said


def test_a_suite_that_is_not_there(checked: Checked) -> None:
    refused(checked, "there is no suite 'landed/fresh'; did you mean", suite="landed/fresh")


def test_what_is_broken_in_yaml_is_told_before_gx_is_loaded(
    checked: Checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("great_expectations")]:
        monkeypatch.delitem(sys.modules, name)
    checked.suite("published/mine", SUITE.replace("relation:", "realtion:"))
    refused(checked, "realtion")
    assert "great_expectations" not in sys.modules


def test_the_same_expectation_twice_is_evaluated_twice(checked: Checked) -> None:
    column = SUITE.partition("expectations:\n")[2]
    query = QUERY.partition("expectations:\n")[2].replace("SQL", "select 1 from {batch}")
    twice = [
        text.replace("paid", f"paid{n}{m}") for m, text in enumerate((column, query)) for n in "12"
    ]
    checked.suite("published/mine", SUITE.partition("  - name")[0] + "".join(twice))
    answer = checked("--suite", "published/mine")
    names = [one["name"] for one in answer.document["suites"][0]["expectations"]]
    assert names == ["paid10", "paid20", "paid11", "paid21"]
    assert set(answer.failed) == {"published/mine/paid11", "published/mine/paid21"}


def test_a_suite_that_is_not_there_leaves_the_older_result(checked: Checked) -> None:
    assert checked("--suite", "published/usage_l28").written
    assert CliRunner().invoke(main, ["check", "--suite", "published/usage_l29"]).exit_code
    assert (checked.folder / RESULT).exists()


def test_a_check_that_breaks_off_leaves_no_older_result(checked: Checked) -> None:
    assert checked("--suite", "published/usage_l28").written
    checked.suite("published/mine", "not a suite")
    CliRunner().invoke(main, ["check"])
    assert not list((checked.folder / "target").rglob("*.*"))


def test_the_last_date_that_there_is(checked: Checked) -> None:
    answer = checked("--suite", "published/usage_l28", "--date", "9999-12-31")
    assert answer.exit_code == 1
    assert "error: --date 9999-12-31: there is no date after it" in answer.said
