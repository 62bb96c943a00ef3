"""A source that stops delivering, from landed rows to the headline: noticed, and nothing sags."""

import contextlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from demo.demo_landed import SMALL
from harness.builds import Build, parsed
from product_health.check.results import RESULT
from product_health.cli import main
from product_health.contract import Contract
from product_health.demo.build import EVENTS, build
from product_health.demo.params import Parameters, read_product
from product_health.landing.store import LandingStore
from publishing_desk import Desk, set_up

DAYS = 3
USAGE = ("DAU", "MAU", "Stickiness")
MODELS = ("usage_daily", "adoption_daily", "nps_daily", "support_daily", "int_row_accounting")
SUITES = ("landed/freshness", "landed/usage_events")
STOPPED = "landed/freshness/what_metrics_need_daily_keeps_coming"
HALF = "landed/usage_events/no_day_has_half_its_usual_volume"
EVERY_OTHER = "where hash(event_id) % 2 = 0"


@dataclass(frozen=True)
class Company:
    """A demo company with a load a day at its end, landed as a test wants it, and built."""

    demo: LandingStore
    landed: LandingStore
    build: Build
    desk: Desk

    def land(self, loads: Collection[int], wanted: Collection[str], where: str = "") -> None:
        """Land some entities of loads of the demo again, or only some of their rows."""
        for load_id in loads:
            rows = [row for row in self.demo.loads() if row["load_id"] == load_id]
            with duckdb.connect() as connection, self.landed.begin_load() as pending:
                for row in rows:
                    if row["entity"] in wanted:
                        pending.write(
                            connection,
                            row["entity"],
                            self._select(row, where),
                            source_name=row["source_name"],
                            fingerprint=row["fingerprint"],
                            complete_until=row["complete_until"],
                        )

    def _select(self, row: dict[str, Any], where: str) -> str:
        columns = self.demo.contract.entity(row["entity"]).row_columns
        path = self.demo.load_dir(row["load_id"]) / f"{row['entity']}.parquet"
        names = ", ".join(column.name for column in columns)
        return f"select {names} from read_parquet('{path}', hive_partitioning = false) {where}"

    def headline(self) -> dict[str, tuple[str, str]]:
        """Give the value of each headline number, and its date."""
        said = self._run("headline").stdout
        found = re.findall(r"^(\S.*?)  +(\S.*?)  +(\d{4}-\d\d-\d\d) ", said, re.MULTILINE)
        return {label: (value, day) for label, value, day in found}

    def check(self) -> tuple[int, dict[str, str]]:
        """Give the exit code of a check, and the severity of each expectation that fails."""
        options = [text for suite in SUITES for text in ("--suite", suite)]
        result = self._run("check", *options)
        said = json.loads((self.desk.folder / RESULT).read_text(encoding="utf-8"))
        return result.exit_code, {
            f"{suite['suite']}/{one['name']}": one["severity"]
            for suite in said["suites"]
            for one in suite["expectations"]
            if not one["success"]
        }

    def _run(self, *arguments: str) -> Result:
        with self.desk.environment(), contextlib.chdir(self.desk.folder):
            result = CliRunner().invoke(main, arguments, env={"COLUMNS": "200"})
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        return result

    def as_of_dates(self) -> dict[str, date]:
        """Give the last complete date of each family of metrics."""
        with duckdb.connect(str(self.desk.warehouse), read_only=True) as connection:
            sql = "select family, as_of_date from intermediate.int_as_of_dates"
            return dict(connection.execute(sql).fetchall())


@pytest.fixture
def company(tmp_path: Path, root: Path, contract: Contract) -> Company:
    """A company of which all is landed and built but the last three days."""
    demo = LandingStore(tmp_path / "demo", contract)
    product = read_product(root / "seeds")
    build(Parameters(**SMALL, product=product, tail_loads=DAYS), contract, demo)
    made = parsed(tmp_path / "build", MODELS)
    made.run()
    (tmp_path / "project").mkdir()
    desk = set_up(tmp_path / "project", root, made.dbt.database, tmp_path / "cache")
    found = Company(demo, LandingStore(made.landing, contract), made, desk)
    found.land([1], contract.entities)
    made.run()
    return found


@pytest.mark.faults
def test_usage_stops_for_three_days_and_comes_back_half(company: Company) -> None:
    before, dates = company.headline(), company.as_of_dates()
    assert set(USAGE) <= before.keys()
    assert company.check()[0] == 0

    entities, tail = company.demo.contract.entities, range(2, 2 + DAYS)
    company.land(tail, entities.keys() - {EVENTS})
    company.build.run()
    code, failed = company.check()
    assert (code, failed.get(STOPPED)) == (1, "error")
    last = dates["usage"] + timedelta(days=DAYS)
    assert company.as_of_dates() == dict.fromkeys(dates, last) | {"usage": dates["usage"]}
    # the numbers of the date until which the source was whole, and not of days without rows
    stopped = company.headline()
    # (support waits for usage, too: its contact rate divides by it)
    assert {**before, "NPS": None} == {**stopped, "NPS": None}

    company.land(tail, {EVENTS}, EVERY_OTHER)
    company.build.run()
    code, failed = company.check()
    assert (code, failed.get(STOPPED), failed.get(HALF)) == (0, None, "warn")
    assert company.headline()["DAU"][1] == str(last)
