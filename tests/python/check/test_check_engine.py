"""What Great Expectations needs of DuckDB: a result outlives its block, and other results."""

import duckdb

from checked_project import Checked
from product_health.check.engine import Connection, counted, opened
from product_health.check.suites import Expectation, Suite


def test_a_result_outlives_other_results_and_the_end_of_its_block() -> None:
    with duckdb.connect() as shared:
        connection = Connection(shared)
        first, second = connection.cursor(), connection.cursor()
        connection.begin()
        first.execute("select 1")
        second.execute("select 2")
        connection.rollback()
        connection.commit()
        connection.close()
        assert first.fetchall() == [(1,)]
        assert second.fetchall() == [(2,)]


def test_only_numbers_leave_the_database() -> None:
    with duckdb.connect() as connection:
        sql = counted("select 'x' as secret from range(3000)").format(batch="y")
        assert set(connection.execute(sql).fetchall()) == {(1,)}


def test_counts_stop_at_a_thousand_rows_and_values_are_counted(checked: Checked) -> None:
    def expectation(name: str, expect: str, **arguments: object) -> Expectation:
        return Expectation(name, expect, "d", "error", "o", arguments)

    checks = [
        expectation("q", "UnexpectedRowsExpectation", unexpected_rows_query="from range(3000)"),
        expectation("v", "expect_column_values_to_be_between", column="arr", min_value=1000),
        expectation("m", "expect_column_mean_to_be_between", column="arr", min_value=1000),
        expectation("h", "expect_column_mean_to_be_between", column="arr", max_value=1000),
    ]
    relation = "marts.dim_accounts_v1"
    suite = Suite("s", "s.yml", relation, "d", tuple(checks))
    with duckdb.connect(checked.database, read_only=True) as connection, opened(connection) as gx:
        found = gx.validate(suite, relation, checks)
    assert [one.success for one in found] == [False, False, False, True]
    assert [one.failing for one in found] == [1000, 5, None, None]
    assert [one.observed for one in found] == [None, None, 100.0, 100.0]
