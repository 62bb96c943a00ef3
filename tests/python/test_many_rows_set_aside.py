"""A million rows that are set aside: build, accounting and check cope, in little memory."""

import contextlib
import json
from pathlib import Path
from unittest import mock

import duckdb
import pytest
from click.testing import CliRunner

from harness.builds import parsed
from product_health.check.results import RESULT
from product_health.cli import main
from product_health.contract import Contract
from product_health.demo.build import EVENTS
from product_health.landing.parse import describe, strict_select
from product_health.landing.store import LandingStore, now
from publishing_desk import Desk, set_up

MODELS = ("usage_daily", "int_row_accounting", "int_quarantined_rows", "int_people")
MEMORY = {"PRODUCT_HEALTH_MEMORY_LIMIT": "1GB"}
SOUND = 100_000
UNPARSED = NO_ACTOR = 500_000
ROWS = f"""
    select
        'e' || i as event_id,
        case when i < {SOUND + UNPARSED} then 'a' || i % 1000 end as actor_id,
        'login' as event_name,
        case
            when i between {SOUND} and {SOUND + UNPARSED - 1} then 'yesterday, ' || i
            else cast(timestamp '2026-01-01' + to_seconds(i) as varchar)
        end as occurred_at
    from range({SOUND + UNPARSED + NO_ACTOR}) as numbers (i)
"""
MOSTLY = "landed/rows_set_aside/no_load_is_mostly_quarantined"


def land(store: LandingStore) -> None:
    with duckdb.connect() as connection, store.begin_load() as pending:
        columns = describe(connection, ROWS)
        entity = store.contract.entity(EVENTS)
        rows = strict_select(entity, ROWS, received_at=now(), columns=columns)
        pending.write(connection, EVENTS, rows, source_name="bad.csv", fingerprint="bad")


def failed(desk: Desk) -> dict[str, str]:
    """Give the severity of each expectation that fails."""
    with desk.environment(), contextlib.chdir(desk.folder):
        result = CliRunner().invoke(main, ["check", "--suite", MOSTLY.rpartition("/")[0]])
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    assert "yesterday" not in result.output
    said = json.loads((desk.folder / RESULT).read_text(encoding="utf-8"))
    return {
        f"{suite['suite']}/{one['name']}": one["severity"]
        for suite in said["suites"]
        for one in suite["expectations"]
        if not one["success"]
    }


@pytest.mark.faults
def test_a_million_rows_are_set_aside(tmp_path: Path, root: Path, contract: Contract) -> None:
    build = parsed(tmp_path / "build", MODELS)
    land(LandingStore(build.landing, contract))
    with mock.patch.dict("os.environ", MEMORY):
        build.run()
    (account,) = [row for row in build.rows("int_row_accounting") if row["entity"] == EVENTS]
    assert account["raw_rows"] == SOUND + UNPARSED + NO_ACTOR
    assert account["accepted_rows"] == SOUND
    assert account["quarantined_rows"] == UNPARSED + NO_ACTOR
    with duckdb.connect(str(build.dbt.database), read_only=True) as connection:
        reasons = connection.execute(
            "select count(*) from intermediate.int_quarantined_rows group by rejection_reason"
        ).fetchall()
    assert sorted(reasons) == [(UNPARSED,), (NO_ACTOR,)]
    (tmp_path / "project").mkdir()
    desk = set_up(tmp_path / "project", root, build.dbt.database, tmp_path / "cache")
    assert failed(desk)[MOSTLY] == "error"
