"""What differs between two texts of SQL is told as its smallest parts."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meaning.grammar import Grammar
from product_health.meaning.changes import Change, Part, smallest_changes
from product_health.meaning.project import formatted

SELECT = "select case when score >= 9 then 'promoter' else 'other' end as category from answers"
LONG = ", ".join(f"'{number}'" for number in range(100))

SMALLEST = {
    "threshold": (SELECT, SELECT.replace("9", "8"), [("score >= 9", "score >= 8")]),
    "word": (SELECT, SELECT.replace("other", "rest"), None),
    "nothing": (SELECT, f"{SELECT} -- the same", []),
    "join": (
        "select 1 from a left join b on a.x = b.x",
        "select 1 from a inner join b on a.x = b.x",
        [("LEFT JOIN b ON a.x = b.x", "INNER JOIN b ON a.x = b.x")],
    ),
    "condition added": ("select x from a", "select x from a where x > 1", [("", "WHERE x > 1")]),
    "condition gone": ("select x from a where x > 1", "select x from a", [("WHERE x > 1", "")]),
    "column added": ("select x from a", "select x, y from a", [("", "y")]),
    "direction": (
        "select row_number() over (partition by a order by b) as n from t",
        "select row_number() over (partition by a order by b desc) as n from t",
        None,
    ),
    "another relation": ("select x from a", "select x from b", None),
    "two places": (
        "select x from a where x > 1 union all select y from b where y > 2",
        "select x from a where x > 3 union all select y from b where y > 4",
        [("x > 1", "x > 3"), ("y > 2", "y > 4")],
    ),
}


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_parts_are_told(name: str) -> None:
    before, after, told = SMALLEST[name]
    found = smallest_changes(before, after)
    assert bool(found) == (told != [])
    if told is not None:
        assert found == told


def test_a_difference_far_into_a_long_text_is_shown() -> None:
    before = f"select x in ({LONG}, 'old') as y from a"
    for old, new in (
        *smallest_changes(before, before.replace("'old'", "'new'")),
        *smallest_changes(f"select f({LONG}) from a", f"select g({LONG}, 1) from a"),
    ):
        assert old != new
        assert max(len(old), len(new)) < 300


def test_text_that_is_no_sql_is_told_by_lines() -> None:
    assert smallest_changes("a (\nb", "a (\nc") == [("b", "c")]


def test_seeds_are_told_by_rows() -> None:
    part = Part("rules", "seeds/rules.csv", "key,least\na,1\nb,2\n", "key,least\na,1\nb,3\n")
    assert [str(change) for change in part.changes()] == ["rules: b,2 -> b,3"]
    assert "+b,3" in part.diff()


def test_one_side_may_be_empty() -> None:
    assert str(Change("m", "", "x")) == "m: added x"
    assert str(Change("m", "x", "")) == "m: removed x"


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 41), min_size=12, max_size=30),
    place=st.integers(0, 29),
    other=st.integers(1, 41),
)
@example(numbers=[19, 0, 0, 0, 0, 1, *[0] * 22], place=21, other=1)  # long, and the same far in
def test_whatever_differs_is_told_and_nothing_else(
    numbers: list[int], place: int, other: int
) -> None:
    changed = list(numbers)
    changed[place % len(numbers)] += other
    before, after = Grammar(numbers).query()[0], Grammar(changed).query()[0]
    found = smallest_changes(before, after)
    assert bool(found) == (formatted(before) != formatted(after))
    assert all(old != new for old, new in found)
