"""Tests of metrics in YAML: a few landed rows, and what the metric must say of them.

The format is told at the top of tests/metrics/usage.yml.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from hand_made import company
from harness.compare import equal
from harness.landing import own_seeds
from harness.project import ROOT, variant
from harness.warehouse import Warehouse, built, compiled_for
from product_health.errors import UserError, unknown
from product_health.meaning.definitions import Definitions
from product_health.query.answers import Answer, Question, Run, answer
from product_health.query.where import Condition
from product_health.semantics.catalogue import Metric
from reference import Company, Row, contract
from reference.company import ADDED_BY_LAND

FOLDER = ROOT / "tests" / "metrics"
# What a row has where a test leaves a column out.
DEFAULTS = FOLDER / "_defaults.yml"
REQUIRED = ("test", "metric", "given", "expect")
OPTIONAL = ("as_of", "by", "grain", "where")
VALUE, PERIOD = "value", "period"


@dataclass(frozen=True)
class MetricTest:
    """One test as it stands in a file; what is wrong in it is told when it is run."""

    file: str
    said: Mapping[str, Any]

    def __str__(self) -> str:
        """Give the name of the test."""
        name = self.said.get("test") if isinstance(self.said, dict) else None
        return str(name or "a test without a name")

    def complaint(self) -> str | None:
        """Say where the metric's answer is another than expected; None where it is not.

        UserError where the test itself cannot be read.
        """
        try:
            found = self._ask()
            wanted = self._expected()
        except UserError as error:
            message = f"{self.file}: {self}: {error}"
            raise UserError(message) from error
        got = {self._key(row): row[VALUE] for row in found.rows}
        # no row at all is no value, where a single one is asked for
        got = got if self._columns else {(): got.get(())}
        if got.keys() == wanted.keys() and all(equal(wanted[key], got[key]) for key in got):
            return None
        lines = [f"{self.file}: {self}", f"  metric    {self.said['metric']}"]
        lines += [f"  expected  {_line(wanted)}", f"  got       {_line(got)}"]
        return "\n".join(lines)

    def _ask(self) -> Answer:
        self._check_keys()
        question = Question(self._by, self.said.get("grain"), self.said.get("where"))
        metric = definitions().catalogue.find(self.said["metric"])
        landed = self._company()
        models = [model.name for model in definitions().upstream(metric)]
        with built(landed, compiled_for(landed), models) as warehouse:
            return answer(metric, question, _run_on(warehouse))

    def _check_keys(self) -> None:
        for key in self.said:
            _known("key of a test", key, REQUIRED + OPTIONAL)
        missing = [key for key in REQUIRED if key not in self.said]
        if missing:
            message = f"add {', '.join(missing)}"
            raise UserError(message)

    def _company(self) -> Company:
        seeds = {seed.name: seed.types for seed in variant().seeds}
        tables: dict[str, list[Row]] = {}
        own = own_seeds("metric_families") | own_seeds("support_words")
        sown = dict.fromkeys(seeds, ()) | own | defaults()["seeds"]
        for name, rows in self.said["given"].items():
            _known("table", name, (*contract(), *seeds))
            types = contract()[name].types if name in contract() else seeds[name]
            filled = [_filled(name, types, row, place) for place, row in enumerate(rows or (), 1)]
            (tables if name in contract() else sown)[name] = filled
        until = self._as_of(tables) + timedelta(days=1)
        return company(until=until.isoformat(), seeds=sown, tables=tables)

    def _as_of(self, tables: Mapping[str, Iterable[Row]]) -> date:
        """Give the last complete date: that of the last row, unless said otherwise."""
        if "as_of" in self.said:
            said: date = _converted("date", self.said["as_of"])
            return said
        moments = [
            row[contract()[name].event_time] for name, rows in tables.items() for row in rows
        ]
        if not any(moments):
            message = "say as_of, where no row has a time"
            raise UserError(message)
        last: datetime = max(moment for moment in moments if moment)
        return last.date()

    def _expected(self) -> dict[tuple[Any, ...], Any]:
        expect = self.said["expect"]
        if not self._columns and not isinstance(expect, list):
            return {(): _number(expect)}
        if not self._columns or not isinstance(expect, list):
            message = "expect is one value, or with by or grain a list of rows"
            raise UserError(message)
        for row in expect:
            if set(row) != {*self._columns, VALUE}:
                message = f"each row of expect has {', '.join((*self._columns, VALUE))}, not {row}"
                raise UserError(message)
        return {self._key(row): _number(row[VALUE]) for row in expect}

    @property
    def _columns(self) -> tuple[str, ...]:
        """Give what tells rows of the answer apart."""
        period = [PERIOD] if self.said.get("grain") else []
        return (*period, *self._by)

    @property
    def _by(self) -> tuple[str, ...]:
        said = self.said.get("by", ())
        return (said,) if isinstance(said, str) else tuple(said)

    def _key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[column] for column in self._columns)


def _run_on(warehouse: Warehouse) -> Run:
    """Give a function that asks a metric of a warehouse."""

    def run(metric: Metric, group_by: Sequence[str], condition: Condition | None) -> list[Row]:
        template = [condition.template] if condition else []
        sql = definitions().sql.sql(metric.name, group_by, template)
        return warehouse.query(sql, condition.values if condition else None)

    return run


@lru_cache(maxsize=1)
def definitions() -> Definitions:
    """Give the metrics of the project."""
    return Definitions(variant())


@lru_cache(maxsize=1)
def defaults() -> dict[str, Any]:
    """Read what rows have where tests leave it out."""
    found: dict[str, Any] = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    return found


def metric_tests(path: Path) -> list[MetricTest]:
    """Read the tests of a file."""
    # from the file and not its text, so that YAML's own complaints name it
    with path.open(encoding="utf-8") as file:
        return [
            MetricTest(path.relative_to(ROOT).as_posix(), said) for said in yaml.safe_load(file)
        ]


def _known(kind: str, name: str, names: Iterable[str]) -> None:
    if name not in names:
        raise UserError(unknown(kind, name, names))


def _filled(table: str, types: Mapping[str, str], row: Row, place: int) -> Row:
    """Complete a row: an id that is left out is made up, and others have their defaults."""
    for column in row:
        _known(f"column of {table}", column, (*types, *ADDED_BY_LAND))
    entity = contract().get(table)
    made_up = {entity.key[0]: f"{table} {place}"} if entity else {}
    filled = {**made_up, **defaults()["rows"].get(table, {}), **row}
    try:
        return {name: _converted(types.get(name, "integer"), it) for name, it in filled.items()}
    except ValueError as error:
        message = f"{table}: {row}: {error}"
        raise UserError(message) from error


def _converted(kind: str, value: Any) -> Any:
    """Read a value of YAML, in which a moment without seconds is text, as the type of a column."""
    if value is None:
        return None
    if kind == "timestamp":
        moment = value if isinstance(value, date) else datetime.fromisoformat(value)
        return moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    if kind == "date":
        return value if isinstance(value, date) else date.fromisoformat(value)
    return {"text": str, "varchar": str, "number": float}.get(kind, lambda same: same)(value)


def _number(said: Any) -> Any:
    """Read an expected number; 2/3 is a fraction."""
    try:
        return float(Fraction(said)) if isinstance(said, str) else said
    except ValueError as error:
        message = f"{said!r} is no number"
        raise UserError(message) from error


def _line(answers: Mapping[tuple[Any, ...], Any]) -> str:
    """Write an answer in one line, in order."""
    told = [
        f"{' '.join(map(str, key))}: {'no value' if value is None else value}".removeprefix(": ")
        for key, value in sorted(answers.items(), key=str)
    ]
    return ", ".join(told) or "nothing"
