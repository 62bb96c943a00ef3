"""Bad input: never a stack trace, never a row lost or changed without a word."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from landing_door import Door
from product_health.landing import unfold

HEADER = "event_id,actor_id,event_name,occurred_at,platform\n"
GOOD = "e1,ann,click,2026-01-31 10:00:00,web\n"


def values(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return the text columns of an event."""
    return tuple(row[name] for name in ("event_id", "actor_id", "event_name", "platform"))


def test_missing_required_column_names_file_column_and_a_near_one(door: Door) -> None:
    path = door.file(
        "events.csv", "event_id,actor,event_name,occurred_at\ne1,ann,click,2026-01-31\n"
    )
    message = door.refused("usage_events", "--from", path)
    for part in (
        "events.csv",
        "actor_id",
        "its columns are event_id, actor,",
        "--map actor_id=actor",
    ):
        assert part in message


HEADERLESS = {
    "an address": "e1,josé@example.com,login,web\n",
    "a time": "e1,Anna Berg,login,2026-01-31T10:00:00\n",
    "an epoch": "e1,Anna Berg,login,1769853600.25\n",
    "an id": "123e4567-e89b-12d3-a456-426614174000,Anna Berg,login,web\n",
    "a wrong delimiter": "e1;Anna Berg;login;2026-01-31\n",
    "values that repeat": "e1,Anna Berg,login,web\ne2,Bo,login,web\ne3,Cy,logout,ios\n",
}


@pytest.mark.parametrize("rows", HEADERLESS.values(), ids=list(HEADERLESS))
@pytest.mark.parametrize("options", [(), ("--map", "actor_id=actor")])
def test_the_first_row_of_a_file_without_header_is_not_shown(
    door: Door, rows: str, options: tuple[str, ...]
) -> None:
    path = door.file("events.csv", rows)
    message = door.refused("usage_events", "--from", path, *options)
    assert "events.csv: its first row looks like values and is not shown" in message
    assert "--no-header --columns a,b,c" in message
    assert not any(value in message for value in ("Anna", "josé", "e1", "login"))


def test_names_that_look_like_values_are_names_where_that_is_said(door: Door) -> None:
    path = door.file("wide.csv", "event_id,actor_id,event_name,2026-01-31\ne1,a,x,2026-01-01\n")
    mapped = ("usage_events", "--from", path, "--map", "occurred_at=2026-01-31")
    assert "--header" in door.refused(*mapped)
    assert door.landed(*mapped, "--header")[0]["event_id"] == "e1"


def test_a_header_is_shown_though_a_row_repeats_it(door: Door) -> None:
    names = "event_id,actor,event_name,occurred_at\n"
    path = door.file("events.csv", f"{names}e1,event,event,2026-01-31\n{names}")
    assert "its columns are event_id, actor," in door.refused("usage_events", "--from", path)


def test_a_header_that_cannot_be_read_is_not_shown(door: Door) -> None:
    path = door.file("events.csv", "e1,René Berg,login\n".encode("latin-1"))
    message = door.refused("usage_events", "--from", path)
    assert "its header cannot be read, it is of the form 'a9,Aaa" in message
    assert "Berg" not in message


def test_a_file_of_another_table(door: Door) -> None:
    header = "ticket_id,ticket_event_id,event_type,actor_role,occurred_at\n"
    path = door.file("log.csv", f"{header}t1,e1,reply,agent,2026-01-31\n")
    message = door.refused("usage_events", "--from", path)
    assert message.endswith(
        ". It has all columns that support_ticket_events requires: is it one of those?\n"
    )
    door.file("log.csv", "actor,event_name,occurred_at\nann,click,2026-01-31\n")
    assert "It has all" not in door.refused("usage_events", "--from", path)


def test_missing_id_offers_made_ones(door: Door) -> None:
    path = door.file("events.csv", "id,actor_id,event_name,occurred_at\n1,ann,click,2026-01-31\n")
    message = door.refused("usage_events", "--from", path)
    assert "event_id=@row_hash" in message
    assert "event_id=@row_number" in message


def test_key_that_is_no_mere_number_gets_no_offer(door: Door) -> None:
    path = door.file("people.csv", "email\na@b.example\n")
    assert "@row_hash" not in door.refused("usage_people", "--from", path)


def test_mapped_column_that_is_not_there(door: Door) -> None:
    path = door.file("events.csv", HEADER + GOOD)
    message = door.refused("usage_events", "--from", path, "--map", "account_id=acount")
    assert "no column 'acount' for account_id" in message
    message = door.refused("usage_events", "--from", path, "--map", "acount_id=actor_id")
    assert "did you mean account_id" in message


def test_unknown_entity(door: Door) -> None:
    path = door.file("events.csv", HEADER + GOOD)
    assert "usage_events" in door.refused("usage_event", "--from", path)


def test_extra_columns_are_named_or_kept_as_asked(door: Door) -> None:
    path = door.file(
        "events.csv", HEADER.replace("\n", ",colour,size\n") + GOOD.replace("\n", ',"re""d",\n')
    )
    result = door.land("usage_events", "--from", path)
    assert "input columns not landed: colour, size" in result.stdout
    row = door.landed("usage_events", "--from", path, "--rest-to", "properties", "--again")[0]
    assert json.loads(row["properties"]) == {"colour": 're"d'}


def test_type_that_fits_no_row(door: Door) -> None:
    rows = "".join(f"e{n},ann,click,soon {n},web\n" for n in range(3))
    path = door.file("events.csv", HEADER + rows)
    message = door.refused("usage_events", "--from", path)
    for part in ("events.csv", "'occurred_at'", "timestamp", "'aaaa 9'", "--unparsed-ok"):
        assert part in message
    landed = door.landed("usage_events", "--from", path, "--unparsed-ok")
    assert [row["parse_error"] for row in landed] == ["occurred_at"] * 3


def test_seconds_that_are_read_as_milliseconds(door: Door) -> None:
    path = door.file("events.csv", HEADER + GOOD.replace("2026-01-31 10:00:00", "1769853600"))
    wrong = ("usage_events", "--from", path, "--map", "occurred_at=occurred_at:epoch_ms")
    message = door.refused(*wrong)
    assert "events.csv: column 'occurred_at', read as occurred_at, ends on 1970-01-21" in message
    assert "--map occurred_at=occurred_at:epoch, milliseconds with :epoch_ms" in message
    assert "landed 1 rows" in door.land(*wrong, "--unparsed-ok").stdout


def test_value_of_a_wrong_type_keeps_its_text(door: Door) -> None:
    path = door.file("events.csv", HEADER + GOOD + "e2,bob,click,soon,ios\n")
    good, bad = door.landed("usage_events", "--from", path)
    assert good["parse_error"] is None
    assert good["raw_text"] is None
    assert values(bad) == ("e2", "bob", "click", "ios")
    assert (bad["occurred_at"], bad["parse_error"]) == (None, "occurred_at")
    assert json.loads(bad["raw_text"])["occurred_at"] == "soon"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark(door: Door, line_end: str, mark: bytes) -> None:
    text = (HEADER + GOOD + 'e2,"two\nlines",click,2026-01-31,').replace("\n", line_end)
    path = door.file("events.csv", mark + text.encode())
    first, second = door.landed("usage_events", "--from", path)
    assert values(first) == ("e1", "ann", "click", "web")
    assert values(second) == ("e2", f"two{line_end}lines", "click", None)


def test_mixed_line_ends(door: Door) -> None:
    path = door.file("events.csv", HEADER + GOOD.replace("\n", "\r\n") + GOOD + "\n\r\n" + GOOD)
    assert [values(row)[3] for row in door.landed("usage_events", "--from", path)] == ["web"] * 3


def test_nuls_emoji_and_quotes_stay(door: Door) -> None:
    path = door.file("events.csv", HEADER + 'e1,a\0b,"🙂 ""hi"", you",2026-01-31,\'web\n')
    row = door.landed("usage_events", "--from", path)[0]
    assert values(row) == ("e1", "a\0b", '🙂 "hi", you', "'web")


def test_latin_1_with_its_encoding(door: Door) -> None:
    path = door.file("events.csv", (HEADER + GOOD.replace("ann", "René")).encode("latin-1"))
    row = door.landed("usage_events", "--from", path, "--encoding", "latin-1")[0]
    assert row["actor_id"] == "René"


def test_latin_1_without_its_encoding_keeps_the_bytes_in_sight(door: Door) -> None:
    text = HEADER + GOOD + GOOD.replace("ann", "René")
    path = door.file("events.csv", text.encode("latin-1"))
    good, bad = door.landed("usage_events", "--from", path)
    assert good["actor_id"] == "ann"
    assert bad["parse_error"] == "row"
    assert bad["raw_text"] == GOOD.replace("ann", r"Ren\xe9").strip()
    assert bad["actor_id"] is None


def test_utf_16_by_its_mark(door: Door) -> None:
    path = door.file("events.csv", (HEADER + GOOD.replace("ann", "Žofie")).encode("utf-16"))
    assert door.landed("usage_events", "--from", path)[0]["actor_id"] == "Žofie"


def test_bytes_that_no_decoding_survives(door: Door) -> None:
    path = door.file("events.csv", (HEADER + GOOD).encode("utf-16") + b"\x00")
    result = door.land("usage_events", "--from", path)
    assert result.exit_code == 1 or door.rows("usage_events")[-1]["parse_error"] == "row"
    assert "no such encoding" in door.refused("usage_events", "--from", path, "--encoding", "x")


def test_ragged_rows(door: Door) -> None:
    ragged = ["e2,too,few", "e3,ann,click,2026-01-31,web,too many", "e4,ann,click,2026-01-31,web,"]
    path = door.file("events.csv", HEADER + GOOD + "\n".join(ragged) + "\n" + GOOD)
    landed = door.landed("usage_events", "--from", path)
    assert [row["parse_error"] for row in landed] == [None, "row", "row", "row", None]
    assert [row["raw_text"] for row in landed[1:4]] == ragged
    assert all(set(values(row)) == {None} for row in landed[1:4])


def test_not_one_row_can_be_split(door: Door) -> None:
    path = door.file("events.csv", HEADER + "a;b\nc;d\n")
    message = door.refused("usage_events", "--from", path)
    for part in ("events.csv", "5 columns", "'a;a'", "--delimiter"):
        assert part in message


@pytest.mark.parametrize("stray", ['e2,"ann,click,2026-01-31,web', 'e2,"an"n,click,2026-01-31,web'])
def test_unterminated_quote_costs_its_own_line_only(door: Door, stray: str) -> None:
    path = door.file("events.csv", HEADER + GOOD + stray + "\n" + GOOD + GOOD)
    landed = door.landed("usage_events", "--from", path)
    assert [row["parse_error"] for row in landed] == [None, "row", None, None]
    assert landed[1]["raw_text"] == stray


@pytest.mark.parametrize("size", [10_000_000, 40_000_000])
def test_many_megabytes_in_one_field(door: Door, size: int) -> None:
    big = "x" * size
    path = door.file("events.csv", HEADER + GOOD + GOOD.replace("ann", big) + GOOD)
    landed = door.landed("usage_events", "--from", path)
    assert [len(row["actor_id"]) for row in landed] == [3, size, 3]
    assert landed[1]["actor_id"] == big


@pytest.mark.parametrize("name", ["events.csv", "events.jsonl", "events.parquet"])
def test_no_bytes(door: Door, name: str) -> None:
    path = door.file(name, b"")
    assert "is empty (0 bytes)" in door.refused("usage_events", "--from", path)


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "\n\n"), ("a.jsonl", "\n"), ("a.csv", HEADER)]
)
def test_no_rows(door: Door, name: str, text: str) -> None:
    path = door.file(name, text)
    assert name in door.refused("usage_events", "--from", path)


def test_header_alone_is_a_heartbeat_when_it_says_until_when(door: Door) -> None:
    path = door.file("events.csv", HEADER)
    landed = door.landed(
        "usage_events", "--from", path, "--complete-until", "2026-02-01T00:00+01:00"
    )
    assert landed == []
    row = door.store.loads()[-1]
    assert (row["row_count"], row["first_event_at"], str(row["complete_until"])) == (
        0, None, "2026-01-31 23:00:00"
    )  # fmt: skip


def test_no_such_file_or_a_folder(door: Door) -> None:
    assert "no such file" in door.refused("usage_events", "--from", "nowhere.csv")
    assert "matches no file" in door.refused("usage_events", "--from", "nowhere-*.parquet")
    assert "is a folder" in door.refused("usage_events", "--from", door.folder)


def test_gzip_that_unfolds_to_far_too_much(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    path = door.file("m.csv.gz", gzip.compress((HEADER + GOOD * 10_000).encode()))
    size = path.stat().st_size
    assert len(GOOD) * 10_000 > unfold.MOST_TIMES * size
    told = f"m.csv.gz: unfolds to more than {100 * size:,} bytes, 100 times its size; nothing was"
    with monkeypatch.context() as patch:
        patch.setattr(unfold, "ALWAYS_BYTES", 1_000)
        assert told in door.refused("usage_events", "--from", path)
    assert len(door.landed("usage_events", "--from", path)) == 10_000


def test_half_written_gzip(door: Door) -> None:
    content = gzip.compress((HEADER + GOOD * 1000).encode())
    path = door.file("events.csv.gz", content[: len(content) // 2])
    assert "not a whole gzip file" in door.refused("usage_events", "--from", path)


def test_half_written_parquet(door: Door) -> None:
    whole = write_parquet(door, "whole", "select 'a' as actor_id, range as n from range(1000)")
    path = door.file("half.parquet", whole.read_bytes()[:1000])
    message = door.refused("usage_events", "--from", path)
    assert "half.parquet: is not a whole Parquet file" in message
    assert "half.parquet" in door.refused("usage_events", "--from", "*.parquet")


def test_workbook(door: Door) -> None:
    path = door.file("events.xlsx", b"PK\x03\x04 and so on")
    assert "workbook" in door.refused("usage_events", "--from", path)


def test_parquet_files_of_different_schemas(door: Door) -> None:
    write_parquet(door, "p1", "select 'e1' as event_id, 'a' as actor_id, 1769853600 as occurred_at")
    write_parquet(
        door,
        "p2",
        "select 2 as event_id, timestamptz '2026-01-31 10:00:00+00' as occurred_at, "
        "'b'::blob as actor_id, 'web' as platform",
    )
    write_parquet(door, "p3", "select 'e3' as event_id, 'c' as actor_id, 'soon' as occurred_at")
    landed = door.landed("usage_events", "--from", "p*.parquet", "--set", "event_name=click")
    assert [values(row) for row in landed] == [
        ("e1", "a", "click", None), ("2", "b", "click", "web"), ("e3", "c", "click", None)
    ]  # fmt: skip
    assert [row["parse_error"] for row in landed] == ["occurred_at", None, "occurred_at"]
    assert json.loads(landed[0]["raw_text"])["occurred_at"] == 1769853600
    flags = ("--set", "event_name=click", "--map", "event_id=@row_number")
    assert (
        len(
            {
                r["event_id"]
                for r in door.landed("usage_events", "--from", "p*.parquet", *flags, "--again")
            }
        )
        == 3
    )


def test_parquet_file_without_a_required_column_is_named(door: Door) -> None:
    good = "select 'e1' as event_id, 'a' as actor_id, date '2026-01-31' as occurred_at"
    write_parquet(door, "p1", good + ", 'click' as event_name")
    write_parquet(door, "p2", good)
    message = door.refused("usage_events", "--from", "p*.parquet")
    assert "p2.parquet: has no column for event_name" in message


def write_parquet(door: Door, name: str, select: str) -> Path:
    """Write a Parquet file."""
    path = door.folder / f"{name}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({select}) to '{path}' (format parquet)")
    return path


def test_raw_text_of_nan_is_json(door: Door) -> None:
    select = (
        "select 'e' || n as response_id, 's' as survey_id, 'nps' as survey_kind, 'p' as person_id"
    )
    select += (
        ", date '2026-01-31' as responded_at, n as score from unnest(['7.5', 'nan']::double[]) t(n)"
    )
    path = write_parquet(door, "answers", select)
    good, bad = door.landed("survey_responses", "--from", path)
    assert (good["score"], bad["score"], bad["parse_error"]) == (7.5, None, "score")
    assert json.loads(bad["raw_text"], parse_constant=pytest.fail)["score"] == "nan"


def test_folders_called_like_columns_bring_none(door: Door) -> None:
    (door.folder / "event_name=click").mkdir()
    write_parquet(door, "event_name=click/p", "select 'e1' as event_id, 'a' as actor_id")
    message = door.refused("usage_events", "--from", "event_name=*/*.parquet")
    assert "no column for event_name" in message


def test_same_id_with_different_content_is_landed_twice(door: Door) -> None:
    path = door.file("events.csv", HEADER + GOOD + GOOD.replace("ann", "bob"))
    landed = door.landed("usage_events", "--from", path)
    assert [row["actor_id"] for row in landed] == ["ann", "bob"]


def test_times_with_and_without_offset_and_infinity(door: Door) -> None:
    times = ["2026-01-31T10:00:00+02:00", "2026-01-31 10:00:00", "infinity"]
    path = door.file("events.csv", HEADER + "".join(f"e,a,c,{time},\n" for time in times))
    landed = door.landed("usage_events", "--from", path)
    assert [str(row["occurred_at"]) for row in landed] == [
        "2026-01-31 08:00:00", "2026-01-31 10:00:00", "None"
    ]  # fmt: skip
    assert [row["parse_error"] for row in landed] == [None, None, "occurred_at"]


def test_score_of_9_point_6_stays(door: Door) -> None:
    text = "response_id,survey_id,survey_kind,person_id,responded_at,score\nr,s,nps,p,2026-01-31,"
    path = door.file("answers.csv", text + "9.6\n")
    row = door.landed("survey_responses", "--from", path)[0]
    assert (row["score"], row["parse_error"]) == (9.6, None)


def test_seats_of_9_point_6_do_not_become_10(door: Door) -> None:
    text = "tool,updated_at,seats\na,2026-01-31,10\nb,2026-01-31,9.6\n"
    row = door.landed("tool_licences", "--from", door.file("tools.csv", text))[1]
    assert (row["seats"], row["set_aside"], row["parse_error"]) == (None, "seats", None)


def test_two_columns_of_one_name_are_both_there(door: Door) -> None:
    path = door.file(
        "events.csv", HEADER.replace("\n", ",x,X,x\n") + GOOD.replace("\n", ",1,2,3\n")
    )
    row = door.landed("usage_events", "--from", path, "--rest-to", "properties")[0]
    assert json.loads(row["properties"]) == {"x": "1", "X_2": "2", "x_3": "3"}


JSON_GOOD = '{"event_id": "e1", "actor_id": "ann", "event_name": "c", "occurred_at": "2026-01-31"}'


@pytest.mark.parametrize(
    "line",
    [
        "{half",
        "[1, 2]",
        "17",
        '{"event_id": "e1", "event_id": "e2"}',
        '{"event_id": NaN}',
        r'{"event_id": "half of a pair: \ud83d"}',
        '{"event_id": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_json_line_that_is_no_record(door: Door, line: str) -> None:
    path = door.file("events.jsonl", f"{JSON_GOOD}\n{line}\n{JSON_GOOD}\n")
    landed = door.landed("usage_events", "--from", path)
    assert [row["parse_error"] for row in landed] == [None, "row", None]
    assert landed[1]["raw_text"] == line


def test_json_values_are_kept_exactly(door: Door) -> None:
    line = (
        '{"event_id": 12345678901234567890123, "actor_id": 1.50, "event_name": true, '
        '"occurred_at": 1769853600, "properties": {"a": [1.50, null, "é\\u0000"]}, "platform": ""}'
    )
    path = door.file("events.jsonl", line)
    row = door.landed("usage_events", "--from", path, "--map", "occurred_at=occurred_at:epoch")[0]
    assert values(row) == ("12345678901234567890123", "1.50", "true", None)
    assert row["properties"] == '{"a":[1.50,null,"é\\u0000"]}'


def test_json_rest_keeps_its_types(door: Door) -> None:
    path = door.file("events.jsonl", JSON_GOOD[:-1] + ', "n": 1.50, "o": {"p": null}, "q": null}')
    row = door.landed("usage_events", "--from", path, "--rest-to", "properties")[0]
    assert json.loads(row["properties"]) == {"n": 1.5, "o": {"p": None}, "q": None}
    assert "1.50" in row["properties"] or json.loads(row["properties"])["n"] == 1.5


def test_json_keys_that_come_late(door: Door) -> None:
    path = door.file("events.jsonl", f'{JSON_GOOD}\n{JSON_GOOD[:-1]}, "platform": "ios"}}\n')
    assert [r["platform"] for r in door.landed("usage_events", "--from", path)] == [None, "ios"]
