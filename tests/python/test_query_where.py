"""What `--where` lets through: comparisons of dimensions with values, and nothing else.

Conditions are made from a grammar of what is allowed and what is not, and then damaged. One that is
accepted must reach MetricFlow without a letter of what was typed, and mean what DuckDB reads.
"""

import random
from collections.abc import Iterator, Mapping

import duckdb
import jinja2
import pytest
import sqlglot
from sqlglot import exp

from harness.project import variant
from product_health.errors import UserError
from product_health.query.where import Condition, condition, is_written
from product_health.semantics.catalogue import Catalogue, Metric
from product_health.semantics.engine import MetricSql
from strategies_rows import seeded

ALLOWED = {
    *(exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
    *(exp.In, exp.Between, exp.Like, exp.ILike, exp.Is, exp.Null),
    *(exp.Column, exp.Identifier, exp.Placeholder),
}
NAMES = ("plan", "region", "date", '"plan"', "PLAN", "plam", "nps.plan", "rowid", "*", "value_0")
VALUES = (
    *("'growth'", "'it''s'", "''", "'{{ 6 * 7 }}'", "'{% for i in x %}'", "'{#'", "'$value_0'"),
    *("'2026-01-31'", "date '2026-01-31'", "'é\x00'", "'%o_'", "'\\'", "'20260131'", "'a' 'b'"),
    *(r"e'\x7b\x7b'", r"E'\173\173'", r"e'{\{'", "$$a$$", "$x$a$x$", "n'a'", "x'7b7b'", "u&'a'"),
    *("null", "true", "1", "-1", "1e5", "0x1f", "2026-01-31", "$value_0", "$1", "?", ":x", "@x"),
    *("{{ Dimension('nps__plan') }}", "{{ Metric('nps') }}", "{% if x %}", "{'a': 1}", "[1]"),
    *("(select 'x')", "(from meta.publication)", "(summarize meta.tables)", "(show tables)"),
    *("(values ('x'))", "any ('x')", "x -> x", "[x for x in y]", "columns(*)", "#1", "plan[1]"),
    *("read_text('/etc/passwd')", "len(range(9))", "upper(plan)", "getenv('HOME')", "today()"),
    *("current_date", "plan::text", "cast(plan as int)", "'a' || plan", "interval 1 day"),
    *("case when plan = 'x' then 1 end", "'a' collate nocase", "count(*)", "sum(1) over ()"),
)
COMPARISONS = (
    *("{0} = {1}", "{0} <> {1}", "{1} > {0}", "{0} <= {1}", "{0} in ({1}, {2})", "{0} ilike {1}"),
    *("{0} between {1} and {2}", "{0} not like {1}", "{0} is null", "{0} is not null"),
    *("{0} == {1}", "{0} != {1}", "{0} not in ({1})", "{0} in {1}", "{0} in ()", "{0} ~~ {1}"),
    *("{0} not between {1} and {2}", "{0} between symmetric {1} and {2}", "{0} isnull"),
    *("{0} like {1}", "{0} like {1} escape {2}", "{0} is true", "{0} is distinct from {1}"),
    *("{0} similar to {1}", "{0} glob {1}", "{0} ~ {1}", "{0} @> {1}", "({0}, {0}) = ({1}, {2})"),
    *("exists {1}", "exists(summarize {1})", "{1}", "{0}", "{0} = {1} = {2}", "{0}.{1} = {2}"),
)
JOINED = (
    *("{} and {}", "{} or {}", "not {}", "({} or {}) and {}", "not ({} or {})", "({})"),
    *("{} /* {} */", "{} -- {}", "! ({})", "{}; {}", "{} xor {}", "{} && {}", "{} || {}"),
    *("{} as {}", "{}, {}", "{} union {}"),
)
DAMAGE = "'\"\\{}%#$;()[]-/*,.=<>!e1 \n\t\x00\x1b\u2019\uff07"
ROWS = (
    ("growth", "emea", "2026-01-31"),
    ("it's", None, "2026-02-01"),
    (None, "growth", "2025-01-31"),
    ("$value_0", "", "2026-01-30"),
    ("{{ 6 * 7 }}", "Growth", "2026-01-31"),
)
ENGINE = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701
# What MetricFlow has for the two functions that conditions name.
FUNCTIONS = {"Dimension": lambda name: name.split("__")[1], "TimeDimension": lambda *_: "date"}


@pytest.fixture(scope="module")
def nps() -> Metric:
    return Catalogue(variant()).metrics["nps"]


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table t (plan text, region text, date timestamp)")
        connection.executemany("insert into t values (?, ?, ?)", ROWS)
        yield connection


def written(rng: random.Random, depth: int = 2) -> str:
    """Write a condition; its parts are allowed more often than not."""

    def choose(options: tuple[str, ...], good: int) -> str:
        return rng.choice(options[:good] if rng.random() < 0.8 else options)

    if depth and rng.random() < 0.5:
        form = choose(JOINED, 6)
        return form.format(*(written(rng, depth - 1) for _ in range(3)))
    form = choose(COMPARISONS, 10)
    return form.format(choose(NAMES, 3), *(choose(VALUES, 10) for _ in range(2)))


def damaged(rng: random.Random, text: str) -> str:
    """Insert, drop or double a few letters."""
    for _ in range(rng.choice((0, 0, 0, 1, 2, 4))):
        at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        middle = rng.choice((rng.choice(DAMAGE), text[at : at + 1] * 2, ""))
        text = text[:at] + middle + text[(at + 1 if rng.random() < 0.8 else to) :]
    return text


def accepted(text: str, metric: Metric) -> Condition | None:
    """Give what is made of a condition; None where it is refused in a sentence."""
    try:
        return condition(text, metric)
    except UserError as error:
        said = str(error)
        assert said.isprintable(), (text, said)
        assert "class" not in said, (text, said)
        return None


def rendered(found: Condition) -> str:
    """Give what the template engine makes of a condition."""
    return ENGINE.from_string(found.template).render(FUNCTIONS)


def check_allowed(text: str, found: Condition, metric: Metric) -> str:
    """Fail where an accepted condition holds more than is allowed; give it rendered."""
    sql = rendered(found)
    nodes = list(sqlglot.parse_one(sql, dialect="duckdb").walk())
    assert {type(node) for node in nodes} <= ALLOWED, (text, sql)
    columns = {node.name for node in nodes if isinstance(node, exp.Column)}
    assert columns <= {*metric.dimensions, "date"}, (text, sql)
    parameters = {node.name for node in nodes if isinstance(node, exp.Placeholder)}
    assert parameters == found.values.keys(), (text, sql)
    assert is_written(found.template), (text, found.template)
    return sql


def met(rows: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, str]) -> object:
    """Give the rows that meet a condition; None where DuckDB reads none."""
    try:
        return rows.execute(f"from t where {sql}", dict(values)).fetchall()
    except duckdb.Error:
        return None


def check_many(
    count: int, metric: Metric, rows: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    """Fail where one of many conditions gets through that should not, or changes its meaning."""
    rng = seeded(f"{count} conditions")
    allowed = same = 0
    for _ in range(count):
        text = damaged(rng, written(rng))
        if found := accepted(text, metric):
            sql = check_allowed(text, found, metric)
            allowed += 1
            if (as_typed := met(rows, f"({text}\n)", {})) is not None:
                assert met(rows, sql, found.values) == as_typed, (text, found)
                same += 1
    assert count / 10 < allowed < count / 2
    assert same > allowed / 2
    assert caplog.messages == []


def check_handed_over(count: int, metric: Metric) -> None:
    """Fail where a condition makes MetricFlow read, or leave out, anything but its values."""
    rng, engine = seeded(f"{count} handed over"), MetricSql(variant().semantic_manifest)
    [mart] = metric.marts
    while count:
        if found := accepted(damaged(rng, written(rng)), metric):
            sql = sqlglot.parse_one(
                engine.sql(metric.name, ["metric_time__month"], [found.template]), dialect="duckdb"
            )
            assert {table.name for table in sql.find_all(exp.Table) if table.db} == {mart}
            assert {node.name for node in sql.find_all(exp.Placeholder)} == found.values.keys()
            count -= 1


def test_what_is_accepted_is_allowed(
    nps: Metric, rows: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    check_many(1_000, nps, rows, caplog)


@pytest.mark.faults
def test_much_that_is_accepted_is_allowed(
    nps: Metric, rows: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    check_many(100_000, nps, rows, caplog)


def test_metricflow_adds_nothing(nps: Metric) -> None:
    check_handed_over(10, nps)


@pytest.mark.faults
def test_metricflow_adds_nothing_to_many(nps: Metric) -> None:
    check_handed_over(500, nps)


def test_what_was_typed_is_handed_to_nobody() -> None:
    for text in ("{{ Dimension('nps__plan') }} = 'x'", "{{ 6 }} = 6", "$value_0 = 1", "true", ""):
        assert not is_written(text), text
