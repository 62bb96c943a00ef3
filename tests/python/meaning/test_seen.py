"""Two queries that can give different rows have two fingerprints, whatever sets them apart."""

import pytest

from meaning.small import fingerprint, meaning
from product_health.meaning.readable import UnreadableError

WINDOW = "select k from (select k, {} as n from main.t) as ranked where n = 1"
INNER = "select count(*) as n from ({}) as inner_rows"

DIFFERENT = {
    "columns of a row": (
        "select hash(s) as x from (select a from main.t) as s",
        "select hash(s) as x from (select b from main.t) as s",
    ),
    "threshold": ("select k from main.t where a >= 9", "select k from main.t where a >= 8"),
    "operator": ("select k from main.t where a >= 9", "select k from main.t where a > 9"),
    "where": ("select k from main.t", "select k from main.t where true"),
    "number and text": ("select 1 as x from main.t", "select '1' as x from main.t"),
    "cast": ("select cast(a as int) as x from main.t", "select cast(a as bigint) as x from main.t"),
    "cast that may fail": (
        "select cast(a as int) as x from main.t",
        "select try_cast(a as int) as x from main.t",
    ),
    "column": ("select a as x from main.t", "select b as x from main.t"),
    "brackets": ("select a + b * k as x from main.t", "select (a + b) * k as x from main.t"),
    "side of a self-join": (
        "select l.k from main.t as l inner join main.t as r on l.k = r.k",
        "select l.k from main.t as l inner join main.t as r on l.k = l.k",
    ),
    "which copy is read": (
        "select l.a from main.t as l left join main.t as r on l.k = r.b",
        "select r.a from main.t as l left join main.t as r on l.k = r.b",
    ),
    "join kind": (
        "select t.k from main.t left join main.u on t.k = u.k",
        "select t.k from main.t inner join main.u on t.k = u.k",
    ),
    "semi and anti": (
        "select t.k from main.t semi join main.u on t.k = u.k",
        "select t.k from main.t anti join main.u on t.k = u.k",
    ),
    "side of a join": (
        "select t.k from main.t left join main.u on t.k = u.k",
        "select t.k from main.t right join main.u on t.k = u.k",
    ),
    "condition of a join": (
        "select t.k from main.t left join main.u on t.k = u.k",
        "select t.k from main.t left join main.u on t.k = u.k and u.c = 1",
    ),
    "using": (
        "select t.a from main.t inner join (select k, c as a from main.u) as v using (k)",
        "select t.a from main.t inner join (select k, c as a from main.u) as v using (a)",
    ),
    "join nobody reads": (
        "select t.k from main.t",
        "select t.k from main.t left join main.u on t.k = u.k",
    ),
    "natural join of other names": (
        "select t.b from main.t natural join (select k as k, c as x from main.u) as v",
        "select t.b from main.t natural join (select k as x, c as k from main.u) as v",
    ),
    "sides of a union": (
        "select a, b from main.t union all select k, c from main.u",
        "select a, b from main.t union all select c, k from main.u",
    ),
    "union keeps doubles": (
        "select a from main.t union all select k from main.u",
        "select a from main.t union select k from main.u",
    ),
    "except and intersect": (
        "select a from main.t except select k from main.u",
        "select a from main.t intersect select k from main.u",
    ),
    "except all": (
        "select a from main.t except select k from main.u",
        "select a from main.t except all select k from main.u",
    ),
    "sides of except": (
        "select a from main.t except select k from main.u",
        "select k from main.u except select a from main.t",
    ),
    "distinct": ("select a from main.t", "select distinct a from main.t"),
    "distinct over more": (
        INNER.format("select distinct a from main.t"),
        INNER.format("select distinct a, b from main.t"),
    ),
    "distinct on": (
        INNER.format("select distinct a, b from main.t"),
        INNER.format("select distinct on (a) a, b from main.t"),
    ),
    "keys of distinct on": (
        "select distinct on (a) k from main.t order by k",
        "select distinct on (b) k from main.t order by k",
    ),
    "order of distinct on": (
        "select distinct on (a) k, b from main.t order by a, b",
        "select distinct on (a) k, b from main.t order by a, b desc",
    ),
    "group by": (
        INNER.format("select count(*) as n from main.t group by a"),
        INNER.format("select count(*) as n from main.t group by b"),
    ),
    "group by all": (
        INNER.format("select a, count(*) as n from main.t group by all"),
        INNER.format("select a, b, count(*) as n from main.t group by all"),
    ),
    "group by nothing": (
        INNER.format("select 1 as x from main.t"),
        INNER.format("select 1 as x, count(*) as n from main.t"),
    ),
    "an aggregate that only DuckDB knows": (
        INNER.format("select 1 as x from main.t"),
        INNER.format("select product(a) as x from main.t"),
    ),
    "an aggregate in a window": (
        INNER.format("select rank() over (order by a) as x from main.t"),
        INNER.format("select rank() over (order by sum(a)) as x from main.t"),
    ),
    "an aggregate in ORDER BY": (
        INNER.format("select 1 as x from main.t order by a"),
        INNER.format("select 1 as x from main.t order by sum(a)"),
    ),
    "grouping sets": (
        "select count(*) as n from main.t group by grouping sets ((a), (b))",
        "select count(*) as n from main.t group by grouping sets ((a, b), ())",
    ),
    "rollup order": (
        "select count(*) as n from main.t group by rollup (a, b)",
        "select count(*) as n from main.t group by rollup (b, a)",
    ),
    "rollup of a column that is another one": (
        "with v as (select a as x, b as y from main.t) select count(*) from v group by rollup (x)",
        "with v as (select b as x, a as y from main.t) select count(*) from v group by rollup (x)",
    ),
    "having": (
        "select a from main.t group by a having count(*) > 1",
        "select a from main.t group by a having count(*) > 2",
    ),
    "having by alias": (
        "select a as b, sum(k) as n from main.t group by a having b > 1",
        "select b as b, sum(k) as n from main.t group by b having b > 1",
    ),
    "having an alias and not the column": (
        "select a as b, sum(k) as n from main.t group by a, t.b having b > 4",
        "select a as b, sum(k) as n from main.t group by a, t.b having t.a > 4",
    ),
    "qualify": (
        "select k from main.t qualify row_number() over (partition by a order by b) = 1",
        "select k from main.t qualify row_number() over (partition by a order by b) = 2",
    ),
    "order of a deduplication": (
        WINDOW.format("row_number() over (partition by a order by b)"),
        WINDOW.format("row_number() over (partition by a order by b desc)"),
    ),
    "where NULLs come": (
        WINDOW.format("row_number() over (partition by a order by b nulls first)"),
        WINDOW.format("row_number() over (partition by a order by b nulls last)"),
    ),
    "ties of a deduplication": (
        WINDOW.format("row_number() over (partition by a order by b, k)"),
        WINDOW.format("row_number() over (partition by a order by k, b)"),
    ),
    "partition": (
        WINDOW.format("row_number() over (partition by a, b order by k)"),
        WINDOW.format("row_number() over (partition by a order by k)"),
    ),
    "frame": (
        "select sum(a) over (order by k rows 3 preceding) as x from main.t",
        "select sum(a) over (order by k rows 2 preceding) as x from main.t",
    ),
    "kind of frame": (
        "select sum(a) over (order by k rows 3 preceding) as x from main.t",
        "select sum(a) over (order by k range 3 preceding) as x from main.t",
    ),
    "named window": (
        "select sum(a) over w as x from main.t window w as (order by k)",
        "select sum(a) over w as x from main.t window w as (order by b)",
    ),
    "order added to a named window": (
        "select sum(a) over (w order by k) as x from main.t window w as (partition by b)",
        "select sum(a) over (w order by a) as x from main.t window w as (partition by b)",
    ),
    "window named after a window": (
        "select sum(a) over w as x from main.t window v as (partition by b), w as (v order by k)",
        "select sum(a) over w as x from main.t window v as (partition by a), w as (v order by k)",
    ),
    "ignoring NULLs": (
        "select last_value(a) over (order by k) as x from main.t",
        "select last_value(a ignore nulls) over (order by k) as x from main.t",
    ),
    "filter of an aggregate": (
        "select count(*) filter (where a > 1) as x from main.t",
        "select count(*) filter (where a > 2) as x from main.t",
    ),
    "distinct in an aggregate": (
        "select count(a) as x from main.t",
        "select count(distinct a) as x from main.t",
    ),
    "order in an aggregate": (
        "select list(a order by k) as x from main.t",
        "select list(a order by b) as x from main.t",
    ),
    "limit": ("select k from main.t limit 1", "select k from main.t limit 2"),
    "limit in percent": ("select k from main.t limit 1", "select k from main.t limit 1%"),
    "offset": ("select k from main.t limit 1", "select k from main.t limit 1 offset 1"),
    "order of a limit": (
        "select k from main.t order by a limit 1",
        "select k from main.t order by b limit 1",
    ),
    "order of a limit by alias": (
        "select k from (select k, a as x from main.t order by x limit 1) as v",
        "select k from (select k, b as x from main.t order by x limit 1) as v",
    ),
    "order by an alias that is a column too": (
        "select k from (select k, a as b from main.t order by b + 0 limit 1) as v",
        "select k from (select k, a as b from main.t order by a + 0 limit 1) as v",
    ),
    "order by all": (
        "select k from (select k, a from main.t order by all limit 1) as v",
        "select k from (select k, b from main.t order by all limit 1) as v",
    ),
    "order of the rows that first() sees": (
        "select first(k) as x from (select k from main.t order by a) as v",
        "select first(k) as x from (select k from main.t order by b) as v",
    ),
    "order of a union with a limit": (
        "select a from main.t union all select k from main.u order by a limit 1",
        "select a from main.t union all select k from main.u order by a desc limit 1",
    ),
    "order of a union by another column": (
        (
            "select k from (select k, a from main.t union all select k, c from main.u "
            "order by a limit 1) as v"
        ),
        (
            "select k from (select k, a from main.t union all select k, c from main.u "
            "order by k limit 1) as v"
        ),
    ),
    "scalar subquery": (
        "select (select max(c) from main.u) as x from main.t",
        "select (select max(k) from main.u) as x from main.t",
    ),
    "correlated subquery": (
        "select k from main.t where exists (select 1 from main.u where u.k = t.k)",
        "select k from main.t where exists (select 1 from main.u where u.k = t.a)",
    ),
    "correlation that is none": (
        "select k from main.t where exists (select 1 from main.u where u.k = t.k)",
        "select k from main.t where exists (select 1 from main.u where u.k = u.k)",
    ),
    "not exists": (
        "select k from main.t where exists (select 1 from main.u where u.k = t.k)",
        "select k from main.t where not exists (select 1 from main.u where u.k = t.k)",
    ),
    "condition on the alias or the column of that name": (
        "select coalesce(a, 0) as a from main.t where a > 1",
        "select coalesce(a, 0) as a from main.t where coalesce(a, 0) > 1",
    ),
    "alias used beside it": (
        "select y from (select a + 1 as x, x * 2 as y from main.t) as v",
        "select y from (select a + 2 as x, x * 2 as y from main.t) as v",
    ),
    "grouped by an alias": (
        "select n from (select a + 1 as x, count(*) as n from main.t group by x) as v",
        "select n from (select a + 2 as x, count(*) as n from main.t group by x) as v",
    ),
    "qualified by an alias": (
        "select k, rank() over (order by a) as x from main.t qualify x = 1",
        "select k, rank() over (order by b) as x from main.t qualify x = 1",
    ),
    "values": (
        "select v.x from (values (1), (2)) as v (x)",
        "select v.x from (values (1), (3)) as v (x)",
    ),
    "columns of values": (
        "select v.x from (values (1, 2)) as v (x, y)",
        "select v.y from (values (1, 2)) as v (x, y)",
    ),
    "table function": (
        "select g.x from generate_series(1, 3) as g (x)",
        "select g.x from generate_series(1, 4) as g (x)",
    ),
    "unnested rows": (
        INNER.format("select unnest([1, 2]) as x from main.t"),
        INNER.format("select unnest([1]) as x from main.t"),
    ),
    "unnested beside": (
        "select g.x from main.t, unnest([t.a, t.b]) as g (x)",
        "select g.x from main.t, unnest([t.a, t.k]) as g (x)",
    ),
    "lateral": (
        "select l.x from main.t, lateral (select u.c as x from main.u where u.k = t.k) as l",
        "select l.x from main.t, lateral (select u.c as x from main.u where u.k = t.a) as l",
    ),
    "parameter of a lambda": (
        "select list_transform([a], lambda x: x + b) as v from main.t",
        "select list_transform([a], lambda x: x + k) as v from main.t",
    ),
    "a literal that looks like two": (
        "select k from main.t where 'a' in ('b);literal(is_string=true,this=c')",
        "select k from main.t where 'a' in ('b', 'c')",
    ),
    "renamed by place": (
        "select v.x from (select a, b from main.t) as v (x, y)",
        "select v.x from (select b, a from main.t) as v (x, y)",
    ),
    "renamed in part": (
        "select v.b from (select a, b from main.t) as v (x)",
        "select v.x from (select a, b from main.t) as v (x)",
    ),
    "time zone": (
        "select cast(timezone('UTC', to_timestamp(a)) as date) as d from main.t",
        "select cast(timezone('Europe/Berlin', to_timestamp(a)) as date) as d from main.t",
    ),
    "interval": (
        "select a from main.t where to_timestamp(a) > current_date - interval '28 days'",
        "select a from main.t where to_timestamp(a) > current_date - interval '27 days'",
    ),
    "field of a struct": (
        "select {'x': a, 'y': b} as s from main.t",
        "select {'y': a, 'x': b} as s from main.t",
    ),
    "like and ilike": (
        "select k from main.t where cast(a as text) like 'A%'",
        "select k from main.t where cast(a as text) ilike 'A%'",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_gives_other_rows_is_seen(name: str) -> None:
    one, other = DIFFERENT[name]
    assert fingerprint(one) != fingerprint(other)


REFUSED = {
    "a file": "select x from read_csv('/some/file.csv') as f (x)",
    "another file": "select x from read_parquet('some/*.parquet') as f (x)",
    "a file by its name": "select * from 'some.parquet'",
    "another database": "select x from postgres_scan('host=x', 'y', 'z') as f (x)",
    "SQL in text": "select * from query('select 1')",
    "pivot": "select * from main.t pivot (sum(a) for b in (1, 2))",
    "sample": "select k from main.t using sample 3",
    "sample of a table": "select k from main.t tablesample 10%",
    "columns by pattern": "select columns('a|b') from main.t",
    "union by name": "select a, b from main.t union all by name select b, a from main.t",
    "a relation that is not there": "select k from main.nowhere",
    "a column of nothing": "select t.a, zzz from main.t, main.u",
    "limit behind brackets": "(select k from main.t) limit 1",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_looked_into_is_refused(name: str) -> None:
    with pytest.raises(UnreadableError):
        meaning(REFUSED[name])
