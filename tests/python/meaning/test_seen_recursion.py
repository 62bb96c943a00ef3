"""What sets two recursive queries apart is seen: the start, the step, and what either reads."""

import pytest

from meaning.small import fingerprint

DIFFERENT = {
    "base of a recursion": (
        (
            "with recursive r as (select 1 as n union all select n + 1 from r where n < 5) "
            "select n from r"
        ),
        (
            "with recursive r as (select 2 as n union all select n + 1 from r where n < 5) "
            "select n from r"
        ),
    ),
    "step of a recursion": (
        (
            "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) "
            "select n from r"
        ),
        (
            "with recursive r(n) as (select 1 union all select n + 2 from r where n < 5) "
            "select n from r"
        ),
    ),
    "columns of a recursion": (
        (
            "with recursive r(n, m) as (select 1, 1 union all select n + 1, m from r where n < 5) "
            "select n from r"
        ),
        (
            "with recursive r(n, m) as (select 1, 1 union all select m + 1, n from r where n < 5) "
            "select n from r"
        ),
    ),
    "start of another column of a recursion": (
        (
            "with recursive r(n, m) as (select 1, 1 union all select n + m, m from r where n < 5) "
            "select n from r"
        ),
        (
            "with recursive r(n, m) as (select 1, 2 union all select n + m, m from r where n < 5) "
            "select n from r"
        ),
    ),
    "start of the end of a recursion": (
        (
            "with recursive r(n, m) as (select 1, 3 union all select n, m - 1 from r where m > 0) "
            "select n from r"
        ),
        (
            "with recursive r(n, m) as (select 1, 4 union all select n, m - 1 from r where m > 0) "
            "select n from r"
        ),
    ),
    "step of another column of a recursion": (
        (
            "with recursive r(n, m) as (select 1, 1 union all select m, m + 1 from r where n < 5) "
            "select n from r"
        ),
        (
            "with recursive r(n, m) as (select 1, 1 union all select m, m + 2 from r where n < 5) "
            "select n from r"
        ),
    ),
    "recursion within a recursion": (
        (
            "with recursive r as (select 1 as n union all select * from ("
            "with recursive s as (select 1 as m union all select m + 1 from s where m < 3) "
            "select m + 1 as n from s where m < 2) as v) select n from r"
        ),
        (
            "with recursive r as (select 1 as n union all select * from ("
            "with recursive s as (select 1 as m union all select n + 1 from r where n < 3) "
            "select m + 1 as n from s where m < 2) as v) select n from r"
        ),
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_recursion_is_seen(name: str) -> None:
    one, other = DIFFERENT[name]
    assert fingerprint(one) != fingerprint(other)
