"""Each expectation notices the fault that it is there for, and no other of its suite.

The sound warehouse passes all of them (first test), so what fails, fails of the fault.
"""

from pathlib import Path

import duckdb
import pytest
import yaml

from checked_project import Checked
from product_health.check.suites import read_suites

FAULTS = yaml.safe_load((Path(__file__).parent / "faults.yml").read_text(encoding="utf-8"))


def test_everything_holds_in_a_sound_warehouse(checked: Checked) -> None:
    answer = checked()
    assert answer.exit_code == 0, answer.said
    assert answer.failed == {}
    assert "published/usage_readings" in answer.said


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_fault_is_noticed(checked: Checked, fault: dict[str, str]) -> None:
    expectation, severity = fault["expectation"], fault["severity"]
    checked.sql(fault["sql"])
    answer = checked("--suite", expectation.rpartition("/")[0])
    assert answer.failed == {expectation: severity}, answer.said
    assert answer.exit_code == (1 if severity == "error" else 0)
    assert answer.document["passed"] == (severity == "warn")
    name = expectation.rpartition("/")[2]
    assert name in answer.said
    assert name in answer.page


# Nearly the faults of faults.yml, and none.
EDGES = {
    "landed/rows_set_aside": (
        "update intermediate.int_row_accounting set raw_rows = 8, quarantined_rows = 4;"
        "update intermediate.int_row_accounting set raw_rows = 50, quarantined_rows = 5 "
        "where entity = 'survey_responses'"
    ),
    # 90 dates with nothing before the gap, and one more event than a ten-thousandth
    "landed/usage_events": (
        "insert into intermediate.int_usage_event_days select 1, 'accepted', 'actor1', 'account1', "
        "'opened', date '2024-10-03', sum(event_count) // 9999 + 1, timestamp '2024-10-03' "
        "from intermediate.int_usage_event_days;"
        "insert into intermediate.int_usage_event_days values (1, 'accepted', 'undefined', "
        "'account1', 'opened', date '2025-04-10', 100, timestamp '2025-04-10')"
    ),
    "landed/usage_identities": (
        "insert into intermediate.int_actors select 'anon' || i, 'guest', 'account1', "
        "case when i >= 50 then 'shared_login' end from range(20, 90) as numbers (i);"
        "insert into intermediate.int_usage_event_days select 1, 'accepted', actor_id, account_id, "
        "'opened', date '2025-04-10', 1, timestamp '2025-04-10' from intermediate.int_actors "
        "where actor_id like 'anon%'"
    ),
    # nine answers are too few to tell
    "landed/survey_responses": (
        "update intermediate.int_survey_responses set survey_id = 'stars', score = 1 "
        "where responded_at < timestamp '2025-01-04'"
    ),
}


@pytest.mark.parametrize("suite", EDGES)
def test_what_lies_on_the_right_side_of_an_edge_holds(checked: Checked, suite: str) -> None:
    checked.sql(EDGES[suite])
    assert checked("--suite", suite).failed == {}


def test_a_holiday_may_be_quiet(checked: Checked) -> None:
    checked.sql(
        "insert into seeds.business_holidays values (date '2025-04-08')",
        "delete from intermediate.int_usage_event_days where activity_date = date '2025-04-08'",
    )
    assert checked("--suite", "landed/usage_events").failed == {}


def test_a_load_that_is_mostly_set_aside_is_an_error(checked: Checked) -> None:
    checked.sql("update intermediate.int_row_accounting set quarantined_rows = 600")
    answer = checked("--suite", "landed/rows_set_aside")
    assert answer.failed["landed/rows_set_aside/no_load_is_mostly_quarantined"] == "error"
    assert "entity usage_events" in answer.said


def test_sources_are_held_against_a_date_where_one_is_named(checked: Checked) -> None:
    assert checked("--suite", "landed/freshness").failed == {}
    assert checked("--suite", "landed/freshness", "--date", "2025-04-12").failed == {}
    answer = checked("--suite", "landed/freshness", "--date", "2025-04-14")
    assert "landed/freshness/what_metrics_need_daily_keeps_coming" in answer.failed
    assert answer.exit_code == 1


def test_an_empty_warehouse_holds(checked: Checked) -> None:
    with_rows = (
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_type = 'BASE TABLE'"
    )
    with duckdb.connect(checked.database) as connection:
        for (table,) in connection.execute(with_rows).fetchall():
            connection.execute(f"delete from {table}")
    answer = checked()
    assert answer.failed == {}
    assert answer.exit_code == 0


def test_every_expectation_has_a_fault_that_it_notices(root: Path) -> None:
    noticed = {fault["expectation"] for fault in FAULTS}
    # that one fails together with the warning below it: a test of its own, above
    noticed.add("landed/rows_set_aside/no_load_is_mostly_quarantined")
    idle = {
        f"{suite.name}/{one.name}" for suite in read_suites(root) for one in suite.expectations
    } - noticed
    assert not idle, f"plant a fault in faults.yml for {', '.join(sorted(idle))}"
