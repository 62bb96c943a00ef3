"""From which columns a value comes: in one query, over models, and through what cannot be read."""

import re
from dataclasses import replace

import pytest

from meaning.small import model, small_project
from product_health.compiled.project import CompiledProject, Model
from product_health.meaning.lineage import ANY, Column, Lineage
from product_health.meaning.personal import into_marts, personal_data, told

MART = "model.mart"
SECRET = {"source.t": {"a": {"personal": True}}}

# Queries on t(k, a, b) and u(k, c) whose column x holds something of t.a.
REACHES = {
    "by another name": "select a as x from t",
    "CTE": "with s as (select a as y from t), r as (select y as z from s) select z as x from r",
    "second branch of a union": "select b as x from t union all select a from t",
    "distinct union": "select c as x from u union select a from t",
    "except": "select a as x from t except select c from u",
    "aggregate": "select min(a) as x from t group by k",
    "any value": "select any_value(a) as x from t",
    "list": "select list(a order by k) as x from t",
    "text of all": "select string_agg(cast(a as varchar), ',') as x from t group by all",
    "value at the greatest": "select max_by(a, b) as x from t",
    "order within an aggregate": "select first(b order by a) as x from t",
    "filter of an aggregate": "select count(*) filter (where a > 1) as x from t",
    "result of case": "select case when k > 1 then a else 0 end as x from t",
    "condition of case": "select case when a > 1 then 1 else 0 end as x from t",
    "is there": "select a is not null as x from t",
    "coalesce": "select coalesce(b, a, 0) as x from t",
    "window": "select lag(a) over (order by k) as x from t",
    "named window": "select row_number() over w as x from t window w as (order by a)",
    "struct": "select struct_pack(one := k, two := a) as x from t",
    "field of a struct": (
        "with s as (select {'one': k, 'two': a} as y from t) select y.two as x from s"
    ),
    "whole row": "select to_json(t) as x from t",
    "whole row of a CTE": (
        "with s as (select k, a from t) select cast(to_json(s) as varchar) as x from s"
    ),
    "star": "with s as (select * from t) select s.* rename (a as x) from s",
    "part of a text": "select split_part(cast(a as varchar), '@', 1) as x from t",
    "hash": "select md5(cast(a as varchar)) as x from t",
    "scalar subquery": "select (select max(a) from t) as x from u",
    "correlated subquery": "select (select max(u.c + t.a) from u where u.k = t.k) as x from t",
    "joined": "select t.a as x from u left join t using (k)",
    "using": "select a as x from t join (select c as a from u) as v using (a)",
    "unnest": "select unnest(list_value(a, b)) as x from t",
    "lateral unnest": "select v.x from t, unnest([t.a]) as v (x)",
    "lambda": "select list_transform([b], one -> one + a) as x from t",
    "alias of the same select": "select a + 1 as y, y + 1 as x from t",
    "start of a recursion": (
        "with recursive r (n, x) as "
        "(select k, a from t union all select n + 1, x from r where n < 3) select x from r"
    ),
    "within a recursion": (
        "with recursive r (n, x) as "
        "(select a, 0 from t union all select n, n from r where n < 3) select x from r"
    ),
    "around a recursion": (
        "with recursive r (n, m, x) as "
        "(select a, 0, 0 from t union all select n, n, m from r where n < 3) select x from r"
    ),
}
PASSES_BY = {
    "key of a join": "select c as x from u join t on u.k = t.a",
    "condition": "select b as x from t where a > 1",
    "condition of groups": "select b as x from t group by b having max(a) > 1",
    "group": "select max(b) as x from t group by a",
    "number of rows": "select count(*) as x from t",
    "order of rows": "select b as x from t order by a",
    "there is one": "select exists (select 1 from t where a > 1) as x from u",
    "column beside it": "with s as (select * from t) select b as x from s",
    "field by position of a union": "select a as y, b as x from t union all select a, b from t",
    "recursion beside it": (
        "with recursive r (n, x) as "
        "(select a, b from t union all select n, x from r where n < 3) select x from r"
    ),
}


def project(*models: Model) -> CompiledProject:
    """A small project in which t.a is personal."""
    return replace(small_project(*models), column_meta=SECRET)


def placed(sql: str) -> str:
    """Write the schema before the tables."""
    return re.sub(r"\b(from|join) (t|u|middle|mart)\b", r"\1 main.\2", sql)


def mart(sql: str, *parents: str) -> Model:
    return model("mart", placed(sql), *(parents or ("t", "u")))


def parents_of_x(sql: str) -> set[Column]:
    """The columns of tables that column x of a query comes from."""
    return Lineage(small_project(mart(sql))).parents[Column(MART, "x")]


@pytest.mark.parametrize("name", REACHES)
def test_a_value_is_followed(name: str) -> None:
    assert Column("source.t", "a") in parents_of_x(REACHES[name])


@pytest.mark.parametrize("name", PASSES_BY)
def test_what_gives_no_value_is_none(name: str) -> None:
    assert Column("source.t", "a") not in parents_of_x(PASSES_BY[name])


def middle(sql: str) -> Model:
    return replace(model("middle", placed(sql), "t", "u"), layer="intermediate")


def test_the_way_is_told() -> None:
    found = into_marts(
        project(middle("select a as y from t"), mart("select y as x from middle", "middle"))
    )
    assert list(map(told, found)) == ["t.a -> middle.y -> mart.x"]


def test_a_model_that_cannot_be_read_passes_everything_on() -> None:
    pivoted = middle("select * from t pivot (sum(b) for k in (1 as y))")
    found = into_marts(project(pivoted, mart("select y as x from middle", "middle")))
    assert list(map(told, found)) == [UNREAD]


def test_a_row_of_a_model_that_cannot_be_read_holds_everything() -> None:
    pivoted = middle("select * from t pivot (sum(b) for k in (1 as y))")
    packed = mart("select to_json(middle) as x from middle", "middle")
    assert list(map(told, into_marts(project(pivoted, packed)))) == [UNREAD]


FILES = "select x from read_parquet('landing/loads/*/t.parquet') as landed (x)"


@pytest.mark.parametrize("sql", [FILES, "select a as x from elsewhere.t"])
def test_what_reads_beside_the_project_may_hold_anything(sql: str) -> None:
    found = into_marts(project(model("mart", sql)))
    assert list(map(told, found)) == ["t.a -> mart.* (which cannot be looked into)"]


def test_a_model_with_hooks_passes_everything_on() -> None:
    hooked = replace(mart("select k, b from t"), has_hooks=True)
    ends = {way[-1].name for way in into_marts(project(hooked))}
    assert ends == {"k", "b", ANY}


def test_both_branches_of_an_incremental_model_count() -> None:
    appended = replace(
        mart("select b as x, 0 as y from t"), incremental_sql=placed("select a as x, 0 as y from t")
    )
    assert list(map(told, into_marts(project(appended)))) == ["t.a -> mart.x"]


def test_what_an_increment_reads_of_itself_counts() -> None:
    appended = replace(
        mart("select a as y, 0 as x from t", "t"),
        incremental_sql=placed("select 0 as y, y as x from mart"),
    )
    ends = {way[-1].name for way in into_marts(project(appended))}
    assert ends == {"x", "y"}


UNREAD = "t.a -> middle.* (which cannot be looked into) -> mart.x"
DECLARED = {"not_personal_because": "it is a number of letters"}


def test_a_declared_column_is_an_end() -> None:
    shortened = middle("select length(cast(a as varchar)) as y from t")
    leaking = project(shortened, mart("select y as x from middle", "middle"))
    assert len(into_marts(leaking)) == 1
    declared = replace(leaking, column_meta={**SECRET, "model.middle": {"y": DECLARED}})
    assert into_marts(declared) == []
    assert personal_data(declared).needless == ()


def test_a_declaration_that_nothing_needs_is_told() -> None:
    untouched = project(mart("select b as x from t"))
    declared = replace(untouched, column_meta={**SECRET, MART: {"x": DECLARED}})
    assert personal_data(declared).needless == (Column(MART, "x"),)


def test_a_tag_below_the_marts_is_followed_too() -> None:
    tagged = project(middle("select b as y from t"), mart("select y as x from middle", "middle"))
    assert into_marts(tagged) == []
    meta = {"model.middle": {"y": {"personal": True}}}
    assert list(map(told, into_marts(replace(tagged, column_meta=meta)))) == ["middle.y -> mart.x"]
