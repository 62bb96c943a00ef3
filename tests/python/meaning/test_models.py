"""What models mean: over several of them, over incremental ones, and over what cannot be read."""

from dataclasses import replace
from pathlib import Path

import pytest

from meaning.small import SOURCES, model, small_project
from product_health.compiled.project import CompiledProject, Model, Seed, seed_text
from product_health.errors import UserError
from product_health.meaning.project import ProjectMeaning

MART = model("mart", 'select x, y from "main"."middle"', "middle")


def marts(*models: Model) -> str:
    """The fingerprint of the last of some models."""
    found = ProjectMeaning(small_project(*models)).relations[f"main.{models[-1].name}"]
    return found.of(found.columns)


def middle(sql: str) -> Model:
    return model("middle", sql, "t")


def test_a_condition_upstream_is_seen() -> None:
    before = marts(middle('select a as x, b as y from "main"."t"'), MART)
    after = marts(middle('select a as x, b as y from "main"."t" where k > 1'), MART)
    assert before != after


def test_columns_that_change_names_are_seen_in_what_reads_them() -> None:
    # nothing but names differs upstream, so a memory by values alone would not notice
    reader = model("mart", 'select x from "main"."middle"', "middle")
    before = marts(middle('select a as x, b as y from "main"."t"'), reader)
    after = marts(middle('select a as y, b as x from "main"."t"'), reader)
    assert before != after


def test_a_model_of_another_name_is_not_seen() -> None:
    sql = 'select a as x, b as y from "main"."t"'
    renamed = model("mart", 'select x, y from "main"."centre"', "centre")
    assert marts(middle(sql), MART) == marts(model("centre", sql, "t"), renamed)


def test_rules_within_a_seed_are_seen_and_their_order_is_not() -> None:
    rules = 'select key, least from "main"."rules"'

    def of_seed(text: str, **types: str) -> str:
        seed = Seed("seed.rules", "rules", '"main"."rules"', "seeds/rules.csv", types, text)
        reader = replace(model("m", rules), parents=("seed.rules",))
        project = CompiledProject((reader,), (seed,), SOURCES, {}, "")
        found = ProjectMeaning(project).relations["main.m"]
        return found.of(found.columns)

    before = of_seed("key,least,why\na,1,x\nb,2,y\n", least="bigint")
    assert of_seed("key,least,why\nb,2,y\na,1,z\n", least="bigint") == before
    assert of_seed("key,least,why\na,2,x\nb,1,y\n", least="bigint") != before
    assert of_seed("key,least,why\na,1,x\nb,2,y\nb,2,y\n", least="bigint") != before
    assert of_seed("key,least,why\na,1,x\nb,2,y\n", least="double") != before


WHOLE = 'select a as x, b as y from "main"."t"'
APPENDED = f'{WHOLE} where k > (select max(x) from "main"."middle")'


def test_both_branches_of_an_incremental_model_are_seen() -> None:
    def of(whole: str, appended: str | None) -> str:
        return marts(model("middle", whole, "t", incremental_sql=appended), MART)

    before = of(WHOLE, APPENDED)
    assert of(WHOLE, APPENDED.replace("max", "min")) != before
    assert of(f"{WHOLE} where k > 0", APPENDED) != before
    assert of(WHOLE, None) != before
    assert of(f"{WHOLE} -- a word", APPENDED.replace("where", "\nWHERE")) == before


def test_what_an_increment_reads_of_itself_is_seen() -> None:
    reader = model("mart", 'select x from "main"."middle"', "middle")
    appended = 'select old.y as x, {} as y from "main"."middle" as old'

    def of(whole: str, step: str) -> str:
        one = model("middle", whole, "t", incremental_sql=appended.format(step))
        return marts(one, reader)

    before = of(WHOLE, "old.y + 1")
    # y of one load is x of the next
    assert of(WHOLE, "old.y + 2") != before
    assert of(WHOLE.replace("b as y", "k as y"), "old.y + 1") != before
    assert of(WHOLE, "(old.y + 1)") == before


def test_how_an_incremental_model_writes_is_seen() -> None:
    def of(strategy: str) -> str:
        one = model("middle", WHOLE, "t", incremental_sql=APPENDED, strategy=strategy)
        return marts(one, MART)

    assert of('{"unique_key": "x"}') != of('{"unique_key": null}')


PIVOT = 'select * from "main"."t" pivot (sum(a) for b in (1, 2))'


def test_what_cannot_be_read_is_named_and_hashed_as_text() -> None:
    def project(sql: str, source: str = WHOLE) -> ProjectMeaning:
        base = model("base", source, "t")
        odd = model("odd", sql, "base")
        reader = model("mart", 'select odd.x from "main"."odd" as odd', "odd")
        return ProjectMeaning(small_project(base, odd, reader))

    before = project(PIVOT)
    assert [one.name for one in before.unread] == ["odd"]
    assert "PIVOT" in before.unread[0].reason
    for other in (project(f"{PIVOT} "), project(PIVOT, f"{WHOLE} where a > 1")):
        assert before.relations["main.mart"].rows != other.relations["main.mart"].rows


def test_sql_that_is_none_is_named_too() -> None:
    found = ProjectMeaning(small_project(middle("select from where")))
    assert [one.name for one in found.unread] == ["middle"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"key,least\na,1\nb\n", "seeds/rules.csv: row 3 has 1 values, the header has 2"),
        (b"", "seeds/rules.csv: empty"),
        (b"key\n\xff\n", "seeds/rules.csv: not in UTF-8"),
    ],
)
def test_a_seed_that_is_no_table_is_refused(text: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_bytes(text)
    with pytest.raises(UserError, match=told):
        seed_text(path, "seeds/rules.csv")


def test_a_seed_may_end_in_empty_lines_and_begin_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_bytes(b"\xef\xbb\xbfkey,least\na,1\n\n")
    assert seed_text(path, "seeds/rules.csv") == "key,least\na,1\n\n"
