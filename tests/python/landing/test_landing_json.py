"""JSON as people have it: lines, arrays, objects over several lines, keys within keys."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_door import Door
from product_health.errors import UserError
from product_health.landing import json_values
from product_health.landing.json_values import Pieces, is_line_by_line
from product_health.landing.json_values import json_values as split

ROW = {"event_id": "e1", "actor_id": "ann", "event_name": "x", "occurred_at": "2026-01-31T10:00"}
ROWS = [ROW | {"event_id": f"e{number}"} for number in range(3)]
LAYOUTS = {
    "lines": "\n".join(map(json.dumps, ROWS)),
    "an array": json.dumps(ROWS),
    "an array over lines": json.dumps(ROWS, indent=1),
    "an array, a row a line": "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
    "objects over lines": "\n".join(json.dumps(row, indent=2) for row in ROWS),
    "arrays one after the other": f"{json.dumps(ROWS[:2])}\n[]\n{json.dumps(ROWS[2:])}",
    "a mark before an array": "\ufeff \r\n" + json.dumps(ROWS),
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_objects_however_they_are_laid_out(door: Door, text: str) -> None:
    for name, content in (("a.json", text.encode()), ("b.json.gz", gzip.compress(text.encode()))):
        rows = door.landed("usage_events", "--from", door.file(name, content), "--again")
        assert [row["event_id"] for row in rows] == ["e0", "e1", "e2"]
        assert {row["parse_error"] for row in rows} == {None}


def test_what_is_no_object_in_an_array_is_kept_as_text(door: Door) -> None:
    odd = ['{"a": 1, "a": 2}', "[1, 2]", "17", "null", '{"a": NaN}', r'{"a": "\ud83d"}']
    text = "[" + ", ".join([json.dumps(ROW), *odd, json.dumps(ROW)]) + "]"
    rows = door.landed("usage_events", "--from", door.file("a.json", text))
    assert [row["parse_error"] for row in rows] == [None, *["row"] * len(odd), None]
    assert [row["raw_text"] for row in rows[1:-1]] == odd


ARRAY = json.dumps(ROWS, indent=1)


@pytest.mark.parametrize("length", range(3, len(ARRAY), 7))
def test_an_array_that_is_cut_off_lands_nothing(door: Door, length: int) -> None:
    message = door.refused("usage_events", "--from", door.file("a.json", ARRAY[:length]))
    assert "is cut off, as if it were still being written; nothing was landed" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"a": 1} {"a": 2}]', "what follows JSON value 1 is not JSON"),
        ('[{"a": 1}, ]', "what follows JSON value 1 is not JSON"),
        ('[{"a": 1}, {"a" 2}, {"a": "' + "x" * 100 + '"}]', "JSON value 1 is not JSON"),
        ('[{"a": 1}]\nthe end', "what follows JSON value 1 is not JSON"),
        ("[1, 2, 3]", "not one row is a JSON object, such as '[9, 9, 9]'"),
        ('["a", "b"]', "not one row is a JSON object"),
        ("17", "not one row is a JSON object"),
        ("[]", "holds no rows"),
        ("[" + '{"a":' * 5000 + "1" + "}" * 5000 + "]", "what follows JSON value 0 is not JSON"),
    ],
)
def test_json_that_holds_no_rows_says_what_it_is(door: Door, text: str, said: str) -> None:
    message = door.refused("usage_events", "--from", door.file("a.json", text))
    assert "a.json: " in message
    assert said in message


@pytest.mark.parametrize("text", ["[2026-01-31] begun", '{half a line "', '{"a": ', '{"a": "b'])
def test_a_damaged_first_line_costs_itself_only(door: Door, text: str) -> None:
    path = door.file("a.jsonl", "\n".join([text, json.dumps(ROW), json.dumps(ROW)]) + "\n")
    rows = door.landed("usage_events", "--from", path)
    assert [row["parse_error"] for row in rows] == ["row", None, None]
    assert rows[0]["raw_text"] == text


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "holder", ["{rows}", '{{"next": null, "data": {rows}}}', '{{"data": {{"my events": {rows}}}}}']
)
def test_an_object_that_holds_an_array_says_which_query_lands_it(
    door: Door, holder: str, indent: int | None
) -> None:
    wrapped = json.loads(holder.format(rows=json.dumps({"events": [ROW]})))
    door.file("My export.json", json.dumps(wrapped, indent=indent))
    message = door.refused("usage_events", "--from", "My export.json")
    assert "is a JSON object that holds an array of objects under '" in message
    query = message.partition('--query "')[2].rpartition('"')[0]
    rows = door.landed("usage_events", "--from", "My export.json", "--query", query)
    assert [row["event_id"] for row in rows] == ["e1"]
    assert str(rows[0]["occurred_at"]) == "2026-01-31 10:00:00"


PROPERTIES = [
    {"plan": "pro", "user": {"name": "A", "ids": [7, 8]}, "a/b": 1.50, "at": "2026-02-01"},
    {"plan": None, "user": {}, "at": "soon"},
    {"user": "nobody"},
    "text",
    None,
]
PATHS = (
    *("--map", "account_id=properties.plan", "--map", "platform=properties.user.ids.1"),
    *("--map", "properties=properties.user"),
)


def test_values_within_json(door: Door) -> None:
    rows = [ROW | {"properties": value} for value in PROPERTIES]
    path = door.file("a.jsonl", "\n".join(map(json.dumps, rows)))
    landed = door.landed("usage_events", "--from", path, *PATHS)
    assert [row["account_id"] for row in landed] == ["pro", None, None, None, None]
    assert [row["platform"] for row in landed] == ["8", None, None, None, None]
    assert [row["set_aside"] for row in landed] == [
        None, None, "properties", "account_id,platform,properties", None
    ]  # fmt: skip
    assert json.loads(landed[0]["properties"]) == {"name": "A", "ids": [7, 8]}


def test_a_path_in_a_structure_and_in_text_of_a_csv_file(door: Door) -> None:
    text = (
        'event_id,actor_id,event_name,occurred_at,more\ne1,a,x,2026-01-31,"{""p"": {""q"": 1}}"\n'
    )
    path = door.file("a.csv", text + "e2,a,x,2026-01-31,{half\ne3,a,x,2026-01-31,\n")
    landed = door.landed("usage_events", "--from", path, "--map", "platform=more.p.q")
    assert [(row["platform"], row["set_aside"]) for row in landed] == [
        ("1", None), (None, "platform"), (None, None)
    ]  # fmt: skip


def test_a_time_within_json_and_a_path_that_is_not_there(door: Door) -> None:
    row = {**ROW, "properties": {"at": 1769853600}}
    path = door.file("a.jsonl", json.dumps(row))
    mapped = ("--map", "occurred_at=properties.at:epoch")
    assert str(door.landed("usage_events", "--from", path, *mapped)[0]["occurred_at"]) == (
        "2026-01-31 10:00:00"
    )
    message = door.refused(
        *("usage_events", "--from", path, "--again", "--map", "occurred_at=properties.at")
    )
    assert "column 'properties.at'" in message
    assert "'9999999999'; if it counts since 1970, --map occurred_at=properties.at:epoch" in message
    message = door.refused(
        "usage_events", "--from", path, "--again", "--map", "platform=property.os"
    )
    assert "no column 'property.os'" in message


def test_a_column_that_is_called_like_a_path_goes_first(door: Door) -> None:
    row = ROW | {"a.b": "whole", "a": {"b": "within"}, "a.c": {"d": "longest"}}
    path = door.file("a.jsonl", json.dumps(row))
    landed = door.landed(
        *("usage_events", "--from", path, "--map", "platform=a.b", "--map", "account_id=a.c.d")
    )
    assert (landed[0]["platform"], landed[0]["account_id"]) == ("whole", "longest")


def test_what_a_path_is_taken_from_stays_in_the_rest(door: Door) -> None:
    path = door.file("a.jsonl", json.dumps(ROW | {"more": {"os": "ios", "n": 1}}))
    flags = ("--map", "platform=more.os", "--rest-to", "properties")
    row = door.landed("usage_events", "--from", path, *flags)[0]
    assert json.loads(row["properties"]) == {"more": {"os": "ios", "n": 1}}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\{}[],:\n é🙂', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text("ab", min_size=1, max_size=2), VALUES), max_size=6)


@settings(max_examples=100, deadline=None)
@given(
    OBJECTS, st.sampled_from([None, 1]), st.integers(1, 9), st.sampled_from(["array", "objects"])
)
def test_pieces_of_any_length_give_the_same_rows(
    rows: list[dict[str, object]], indent: int | None, piece: int, layout: str
) -> None:
    text = json.dumps(rows, indent=indent, ensure_ascii=False)
    if layout == "objects":
        text = "\n".join(json.dumps(row, indent=indent, ensure_ascii=False) for row in rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "PIECE", piece)
        found = [json.loads(text) for _, text in split(Pieces(io.StringIO(text), "x"), lambda _: 0)]
    assert found == rows


def test_an_array_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for number in range(400_000):
            out.write(("," if number else "") + json.dumps(ROW | {"n": number}))
        out.write("]")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (60_000_000,) * 2)\n"
        "from product_health.landing.json_values import Pieces, json_values\n"
        "text = open(sys.argv[1], encoding='utf-8')\n"
        "print(sum(1 for _ in json_values(Pieces(text, 'a'), lambda _: 0)))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
    )
    assert path.stat().st_size > 40_000_000
    assert done.stdout.strip() == "400000", done.stderr


def test_a_value_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "RECORD_LIMIT", 1000)
    monkeypatch.setattr(json_values, "PIECE", 100)
    text = json.dumps([{"a": "x" * 5000}])
    with pytest.raises(UserError, match="x: one JSON value of more than 1,000 characters"):
        list(split(Pieces(io.StringIO(text), "x"), lambda _: 0))
    assert is_line_by_line(io.StringIO('{"a": 1}'), "x")
