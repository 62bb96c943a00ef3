"""`product-health query`: answers are MetricFlow's, and every wrong question has one sentence."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_health.lock.entries import read_lock
from product_health.meaning.definitions import Definitions
from product_health.semantics.engine import MetricSql
from scratch import Scratch, refused, write_warehouse

METRICS = ("nps", "nps_response_rate", "sessions", "adoption_rate", "dau")


@pytest.fixture(scope="module")
def built(shared_scratch: Scratch, start: Definitions) -> Iterator[Scratch]:
    """The copy with a warehouse of the marts that are asked."""
    path = write_warehouse(shared_scratch, start, *METRICS)
    before = path.read_bytes()
    yield shared_scratch
    assert path.read_bytes() == before, "a question wrote to the warehouse"
    path.unlink()


def answer(copy: Scratch, *arguments: str) -> list[dict[str, str]]:
    result = copy.run("query", "--built", *arguments, "--output", "csv")
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_answers_are_those_in_the_lock(built: Scratch) -> None:
    values = read_lock(built.root).entries["nps"].values
    rows = answer(built, "nps", "--grain", "month", "--by", "plan")
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        part = "all" if row["plan"] == "(all)" else f"plan {row['plan']}"
        found.setdefault(part, {})[row["period"]] = float(row["nps"])
    expected = {part: held for part, held in values.items() if part == "all" or part[:5] == "plan "}
    assert found == {part: pytest.approx(held, rel=1e-8) for part, held in expected.items()}


def test_without_a_metric_all_are_listed(built: Scratch) -> None:
    first, *lines = built.run("query").stdout.splitlines()
    assert first.split()[0] == "metric"
    assert {line.split()[0] for line in lines} == set(read_lock(built.root).entries)
    (nps,) = (line for line in lines if line.startswith("nps "))
    assert "Net Promoter Score" in nps
    assert nps.endswith("industry plan region size_segment survey")


def test_formats_agree(built: Scratch) -> None:
    asked = ("query", "--built", "sessions", "dau", "--grain", "month")
    as_json = json.loads(built.run(*asked, "--output", "json").stdout)
    as_csv = answer(built, *asked[2:])
    assert [{key: str(value) for key, value in row.items()} for row in as_json] == as_csv
    lines = built.run(*asked).stdout.splitlines()
    assert lines[0].split() == ["month", "sessions", "dau"]
    assert [line.split() for line in lines[1:]] == [
        [row["period"], row["sessions"], row["dau"]] for row in as_csv
    ]


def test_conditions(built: Scratch) -> None:
    def values(where: str, *more: str) -> list[float]:
        rows = answer(built, "nps", "--grain", "month", "--where", where, *more)
        return [float(row["nps"]) for row in rows]

    by_plan = answer(built, "nps", "--grain", "month", "--by", "plan")
    growth = [float(row["nps"]) for row in by_plan if row["plan"] == "growth"]
    assert growth
    assert values("plan = 'growth'") == growth
    assert values("plan ilike 'GR%' -- a word") == growth
    assert values("not plan <> 'growth' and (plan in ('growth', 'x'))") == growth
    for dates in (
        ">= '2025-05-01'",
        "> date '2025-04-30'",
        "between '2025-05-01' and '2025-06-30'",
    ):
        assert values(f"plan = 'growth' and date {dates}") == growth[-1:]
    assert values("plan = 'no such plan'") == []
    assert values("plan = 'it''s }} one'") == values("plan like '{{ 6 * 7 }}'") == []


def test_metricflow_writes_in_the_limited_process(
    built: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetricSql, "_write", None)
    assert answer(built, "nps", "--grain", "quarter", "--where", "plan like 'g%'")


def test_notes_say_what_could_be_misunderstood(built: Scratch) -> None:
    notes = {
        ("sessions", "--grain", "month"): "the last month is not over: it has data up to",
        ("mau", "--grain", "week"): "the last week is not over: it has data up to",
        ("sessions", "--grain", "month", "--where", "date >= '2025-05-20'"): (
            "a month at the edge of --where has only those of its dates that meet it"
        ),
        ("adoption_rate",): "adoption_rate has no value over several at once: name one by feature",
        ("nps", "--by", "plan", "--by", "region"): "they are not crossed",
        ("nps", "--where", "plan = 'x'"): (
            """nothing meets --where "plan = 'x'"; plan has 'enterprise', 'growth', """
        ),
        ("nps", "--where", "plan = 'growth' and region = 'emea'"): (
            "segments do not cross everywhere, so try plan or region alone"
        ),
    }
    for arguments, note in notes.items():
        result = built.run("query", "--built", *arguments)
        assert result.exit_code == 0
        assert note in result.stderr
    crossed = built.run("query", "--built", "adoption_rate", "--by", "feature", "--by", "plan")
    assert "not crossed" not in crossed.stderr
    twice = built.run("query", "--built", "nps", "nps", "--by", "plan", "--by", "plan")
    assert twice.stdout.splitlines()[0].split() == ["day", "plan", "nps"]


REFUSED = {
    ("npz",): "no metric is called 'npz': did you mean nps?",
    ("--", ""): "no metric is called '': ",
    ("nps", "--by", "plam"): "no dimension of nps is called 'plam': did you mean plan?",
    ("nps", "--by", "nps__plan"): "no dimension of nps is called 'nps__plan': did you mean plan?",
    ("nps", "adoption_rate", "--by", "feature"): "no dimension of nps is called 'feature'",
    ("nps_response_rate", "--grain", "day"): "metric nps_response_rate has no meaning by day: "
    "it is a number of the month",
    ("nps", "--where", "plam = 'x'"): "no dimension of nps is called 'plam': did you mean plan?",
    ("nps", "--where", "nps.plan = 'x'"): "no dimension of nps is called 'nps.plan'",
    (
        "nps",
        "--where",
        "plan = growth",
    ): "'growth' is no dimension of nps; a value is written in quotes",
    ("nps", "--where", "plan = 'x"): "such as \"plan = 'growth'\": a quote (') is not closed",
    ("nps", "--where", "date > 2026-01-31"): "'2026 - 01 - 31' is a subtraction; write a date in q",
    ("nps", "--where", "plan ="): "such as \"plan = 'growth'\": it cannot be read at '='",
    ("nps", "--where", ""): "--where '' is not one condition",
    ("nps", "--where", "  "): "--where '  ' is not one condition",
    ("nps", "--where", "plan = 'x'; drop table y"): "is not one condition",
    ("nps", "--where", "plan in (select 'x')"): "\"(SELECT 'x')\" is not allowed there",
    ("nps", "--where", "exists (from y)"): "is not allowed there",
    ("nps", "--where", "read_text('/etc/passwd') = plan"): "is not allowed there",
    ("nps", "--where", "(summarize y)"): "'SUMMARIZE y' is not allowed there; compare dimensions",
    ("nps", "--where", "plan = e'\\x7b\\x7b'"): "\"e'{{'\" is not allowed there",
    ("nps", "--where", "plan = {{ Metric(1) }}"): "is not allowed there",
    ("nps", "--where", "'x' = 'x'"): "\"'x' = 'x'\" is not allowed there",
    ("nps", "--where", "plan"): "'plan' is not allowed there; compare dimensions and date with val",
    ("nps", "--where", "(" * 9999): "is nested too deeply",
    ("nps", "--where", "plan = '" + "x" * 9999): "--where: has 10,007 characters; 10,000 is the",
    ("nps", "--where", "count(*) > 1"): "'COUNT(*)' is not allowed there",
    ("nps", "--where", "cast(plan as tinyint) = 1"): "'CAST(plan AS TINYINT)' is not allowed there",
    ("nps", "--where", "date >= 'soon'"): "--where: 'soon' is no date such as '2026-01-31'",
    (
        "nps",
        "--where",
        "date between '2026-01-01' and 'soon'",
    ): "--where: 'soon' is no date such as",
    ("nps", "--where", "date = plan"): "; check --where 'date = plan'",
    ("nps", "--plot", "chart.txt"): "--plot chart.txt: the name must end in .svg, .png, .html",
    ("nps", "dau", "--plot", "chart.svg"): "--plot draws one metric; name one",
    ("tickets_created",): "; the project is newer than the warehouse: run `dbt build`",
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_a_wrong_question_has_one_sentence(arguments: tuple[str, ...], built: Scratch) -> None:
    assert REFUSED[arguments] in refused(built.run("query", "--built", *arguments))
    assert not list(built.root.glob("chart.*"))


def test_a_command_that_is_none(built: Scratch) -> None:
    assert "no command is called 'quer': did you mean query?" in refused(built.run("quer", "nps"))


def test_a_grain_that_is_none(built: Scratch) -> None:
    result = built.run("query", "--built", "nps", "--grain", "hour")
    assert result.exit_code == 2
    assert "'hour' is not one of 'day', 'week', 'month', 'quarter', 'year'" in result.stderr


@pytest.mark.parametrize("ending", ["svg", "html", "png"])
def test_charts(ending: str, built: Scratch, tmp_path: Path) -> None:
    path = tmp_path / "new" / f"chart.{ending}"
    result = built.run("query", "--built", "nps", "--by", "plan", "--plot", str(path))
    assert result.exit_code == 0, result.output
    found = path.read_bytes()
    assert b"<svg" in found or found.startswith(b"\x89PNG")
    assert (b"Content-Security-Policy" in found) == (ending == "html")


@pytest.mark.parametrize("arguments", [("adoption_rate",), ("nps", "--where", "plan = 'x'")])
def test_no_chart_of_no_values(arguments: tuple[str, ...], built: Scratch, tmp_path: Path) -> None:
    path = tmp_path / "new" / "chart.svg"
    told = f"--plot {path}: no chart was drawn, because no row has a value"
    assert refused(built.run("query", "--built", *arguments, "--plot", str(path))) == told
    assert not path.parent.exists()


def test_a_warehouse_that_is_not_there_or_is_none(built: Scratch) -> None:
    path = built.root / ".warehouse" / "product_health.duckdb"
    kept = path.rename(path.with_suffix(".kept"))
    try:
        assert "there is no warehouse yet; run `make build`" in refused(
            built.run("query", "--built", "nps")
        )
        path.write_text("no database")
        assert "is not a valid DuckDB database file" in refused(
            built.run("query", "--built", "nps")
        )
    finally:
        kept.replace(path)
