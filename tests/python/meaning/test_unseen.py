"""Whatever leaves every row as it is leaves the fingerprint as it is."""

import pytest

from meaning.small import fingerprint

SAME = {
    "comments": (
        "select k from main.t where a > 1",
        "-- who\nselect k /* what */ from main.t where a > 1 -- why",
    ),
    "formatting": (
        "select k from main.t where a > 1",
        "SELECT\n  K\nFROM main.T\nWHERE (a > 1)",
    ),
    "quotes": ("select k from main.t", 'select "k" from "main"."t"'),
    "order of columns": ("select k, a, b from main.t", "select b, k, a from main.t"),
    "star": ("select * from main.t", "select k, a, b from main.t"),
    "star but one": ("select * exclude (k) from main.t", "select a, b from main.t"),
    "aliases": ("select x.k from main.t as x", "select y.k from main.t as y"),
    "aliases of a self-join": (
        "select l.k from main.t as l inner join main.t as r on l.a = r.b",
        "select one.k from main.t as one inner join main.t as two on one.a = two.b",
    ),
    "no alias": ("select t.k from main.t", "select k from main.t"),
    "names of CTEs": (
        "with v as (select k from main.t where a > 1) select k from v",
        "with recent as (select k from main.t where a > 1) select k from recent",
    ),
    "a CTE or a subquery": (
        "with v as (select k from main.t where a > 1) select k from v",
        "select k from (select k from main.t where a > 1) as v",
    ),
    "a CTE that passes on": (
        "select k from main.t where a > 1",
        "with v as (select * from main.t) select k from v where a > 1",
    ),
    "a column that is named otherwise and passed on": (
        "select k from main.t where a > 1",
        "with v as (select a as x, k as y from main.t) select y as k from v where x > 1",
    ),
    "a column nobody reads": (
        "with v as (select k from main.t) select k from v",
        "with v as (select k, a + b as x from main.t) select k from v",
    ),
    "a CTE nobody reads": (
        "select k from main.t",
        "with v as (select k from main.u) select k from main.t",
    ),
    "names of later sides of a union": (
        "select a, b from main.t union all select k, c from main.u",
        "select a, b from main.t union all select k as x, c as y from main.u",
    ),
    "order of columns on both sides of a union": (
        "select a, b from main.t union all select k, c from main.u",
        "select b, a from main.t union all select c, k from main.u",
    ),
    "order of keys": (
        "select a, b, count(*) as n from main.t group by a, b",
        "select a, b, count(*) as n from main.t group by b, a",
    ),
    "keys by place, name or all": (
        "select a + 1 as x, count(*) as n from main.t group by a + 1",
        "select a + 1 as x, count(*) as n from main.t group by 1",
    ),
    "keys by alias": (
        "select a + 1 as x, count(*) as n from main.t group by a + 1",
        "select a + 1 as x, count(*) as n from main.t group by x",
    ),
    "all keys": (
        "select a, b, count(*) as n from main.t group by a, b",
        "select a, b, count(*) as n from main.t group by all",
    ),
    "an alias written out": (
        "select a + 1 as x, x * 2 as y from main.t",
        "select a + 1 as x, (a + 1) * 2 as y from main.t",
    ),
    "a window by name": (
        "select sum(a) over (partition by b order by k) as x from main.t",
        "select sum(a) over w as x from main.t window w as (partition by b order by k)",
    ),
    "a window by two names": (
        "select sum(a) over (partition by b order by k) as x from main.t",
        "select sum(a) over w as x from main.t window v as (partition by b), w as (v order by k)",
    ),
    "inner and plain join": (
        "select t.k from main.t inner join main.u on t.k = u.k",
        "select t.k from main.t join main.u on t.k = u.k",
    ),
    "left and left outer join": (
        "select t.k from main.t left join main.u on t.k = u.k",
        "select t.k from main.t left outer join main.u on t.k = u.k",
    ),
    "cross join": (
        "select t.k from main.t cross join main.u",
        "select t.k from main.t, main.u",
    ),
    "using": (
        "select t.a from main.t inner join main.u using (k)",
        "select t.a from main.t inner join main.u on t.k = u.k",
    ),
    "name of a recursive CTE": (
        (
            "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) "
            "select n from r"
        ),
        (
            "with recursive steps as (select 1 as m union all select steps.m + 1 from steps "
            "where steps.m < 5) select m as n from steps"
        ),
    ),
    "names of values": (
        "select v.x from (values (1, 2)) as v (x, y)",
        "select w.b from (values (1, 2)) as w (b, c)",
    ),
    "names of a table function": (
        "select g.x from generate_series(1, 3) as g (x)",
        "select series.y from generate_series(1, 3) as series (y)",
    ),
    "order by place or name": (
        "select a as x from main.t order by 1 limit 1",
        "select a as x from main.t order by x limit 1",
    ),
    "names within a subquery": (
        "select k from main.t where exists (select 1 from main.u where u.k = t.k)",
        "select k from main.t as x where exists (select 1 from main.u as y where y.k = x.k)",
    ),
    "upper case": (
        "select coalesce(a, 0) as x from main.t",
        "select COALESCE(A, 0) as X from main.T",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_what_leaves_every_row_is_not_seen(name: str) -> None:
    one, other = SAME[name]
    assert fingerprint(one) == fingerprint(other)
