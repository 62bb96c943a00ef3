"""The command: mapping, repeats, list, undo, databases."""

import gzip
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from landing_door import Door
from product_health.landing.database import safe_name, without_secrets
from product_health.landing.store import LandingStore

MESSAGES = "1 2 1082040961\n3 4 1082155839\n1 2 1082040961\n"
MESSAGE_FLAGS = (
    *("--delimiter", "space", "--columns", "src,dst,unixts", "--map", "actor_id=src"),
    *("--map", "occurred_at=unixts:epoch", "--set", "event_name=message_sent"),
)
HASHED = (*MESSAGE_FLAGS, "--map", "event_id=@row_hash")
MAPPING = """
entity: usage_events
map: {actor_id: src, occurred_at: "unixts:epoch", event_id: "@row_hash"}
set: {event_name: message_sent}
delimiter: space
columns: [src, dst, unixts]
"""


def test_messages_with_row_hash(door: Door) -> None:
    landed = door.landed("usage_events", "--from", door.file("m.txt", MESSAGES), *HASHED)
    ids = [row["event_id"] for row in landed]
    assert ids[0] == ids[2] != ids[1]
    assert [str(row["occurred_at"]) for row in landed] == [
        "2004-04-15 14:56:01", "2004-04-16 22:50:39", "2004-04-15 14:56:01"
    ]  # fmt: skip
    assert {row["event_name"] for row in landed} == {"message_sent"}
    assert len({row["received_at"] for row in landed}) == 1


def test_id_is_made_where_the_input_has_none(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    made = door.landed("usage_events", "--from", path, *MESSAGE_FLAGS)
    asked = door.landed("usage_events", "--from", path, *HASHED, "--again")
    assert [row["event_id"] for row in made] == [row["event_id"] for row in asked]
    assert made[0]["event_id"] != made[1]["event_id"]


def test_the_same_file_under_another_mapping_is_noticed(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    door.landed("usage_events", "--from", path, *HASHED)
    numbered = (*MESSAGE_FLAGS, "--map", "event_id=@row_number")
    assert "landed before, as load 1" in door.refused("usage_events", "--from", path, *numbered)


def test_a_heartbeat_in_the_future_is_refused(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    message = door.refused(
        "usage_events", "--from", path, *HASHED, "--complete-until", "2199-01-01"
    )
    assert "--complete-until 2199-01-01: is in the future" in message


def test_the_same_row_read_as_something_else_has_another_id(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    sent = door.landed("usage_events", "--from", path, *HASHED)
    flags = [flag.replace("=src", "=dst") for flag in HASHED]
    received = door.landed("usage_events", "--from", path, *flags, "--again")
    assert sent[0]["event_id"] != received[0]["event_id"]


def test_row_hash_is_that_of_the_row_in_another_file(door: Door) -> None:
    first = door.landed("usage_events", "--from", door.file("m.txt", MESSAGES), *HASHED)
    again = door.landed("usage_events", "--from", door.file("n.txt", MESSAGES[15:]), *HASHED)
    assert again[0]["event_id"] == first[1]["event_id"]


def test_row_number_makes_every_row_count(door: Door) -> None:
    flags = (*MESSAGE_FLAGS, "--map", "event_id=@row_number")
    landed = door.landed("usage_events", "--from", door.file("m.txt", MESSAGES), *flags)
    assert len({row["event_id"] for row in landed}) == 3
    numbers = [row["event_id"].rsplit("-", 1)[1] for row in landed]
    assert numbers == ["0000000001", "0000000002", "0000000003"]
    others = door.landed("usage_events", "--from", door.file("n.txt", MESSAGES[15:]), *flags)
    assert not {row["event_id"] for row in landed} & {row["event_id"] for row in others}


def test_mapping_file_says_the_same_as_flags(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    mapping = door.file("messages.yml", MAPPING)
    by_flags = door.landed("usage_events", "--from", path, *HASHED, "--received-at", "2026-01-01")
    by_file = door.landed(
        *("usage_events", "--from", path, "--mapping", mapping, "--again"),
        *("--received-at", "2026-01-01"),
    )
    assert by_file == by_flags
    fingerprints = {row["fingerprint"] for row in door.store.loads()}
    assert len(fingerprints) == 1


def test_flags_go_before_the_mapping_file(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    mapping = door.file("messages.yml", MAPPING)
    flags = ("--mapping", mapping, "--map", "actor_id=dst")
    row = door.landed("usage_events", "--from", path, *flags, "--set", "event_name=got")[0]
    assert (row["actor_id"], row["event_name"]) == ("2", "got")
    again = (*flags, "--map", "event_name=src", "--again")
    row = door.landed("usage_events", "--from", path, *again)[0]
    assert row["event_name"] == "1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mapp: {}", "unknown key 'mapp'; did you mean map"),
        ("entity: usage_people", "is a mapping for usage_people, not for usage_events"),
        ("- 1", "holds keys"),
        ("map: [a]", "map cannot be ['a']"),
        ("header: maybe", "header cannot be 'maybe'"),
        ("map: {a: {b: c}}", "map.a must be one value"),
        ("map: {", "cannot be read as a mapping file"),
        ("set: {a: b}\nset: {c: d}", "key 'set' is given twice"),
        ("map:\n  actor_id: src\n  actor_id: dst", "key 'actor_id' is given twice"),
        (f"map: {'[' * 5000}{']' * 5000}", "it is nested too deeply"),
        (f"map: {'{a: ' * 3000}1{'}' * 3000}", "it is nested too deeply"),
    ],
)
def test_bad_mapping_file(door: Door, text: str, said: str) -> None:
    mapping = door.file("mapping.yml", text)
    result = door.land("usage_events", "--from", "x.csv", "--mapping", mapping)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "mapping.yml" in result.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--map", "occurred_at"), "write it as column=value"),
        (("--map", "a=b", "--map", "a=c"), "given twice"),
        (("--map", "occurred_at=unixts:epoc"), "unknown format 'epoc'"),
        (("--map", "occurred_at=unixts:%Q"), "%Q"),
        (("--map", "actor_id=src:epoch"), "takes no format"),
        (("--map", "occurred_at=@row_hash"), "text column only"),
        (("--set", "occurred_at=soon"), "'soon' is not a timestamp"),
        (("--map", "account_id=src", "--set", "account_id=a"), "both mapped and set"),
        (("--set", "load_id=7"), "no column 'load_id'"),
        (("--delimiter", "ab"), "--delimiter 'ab'"),
        (("--quote", "ab"), "--quote 'ab'"),
        (("--format", "xml"), "csv, json, jsonl, parquet"),
        (("--rest-to", "actor_id"), "it has properties"),
        (("--query", "select 1"), "reads no relation"),
    ],
)
def test_bad_flags(door: Door, flags: tuple[str, ...], said: str) -> None:
    path = door.file("m.csv", "event_id,src,unixts\n1,2,3\n")
    base = ("--map", "actor_id=src") if "actor_id=src:epoch" not in flags else ()
    assert said in door.refused("usage_events", "--from", path, *base, *flags)


def test_rest_to_a_column_that_has_a_value(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    flags = (*HASHED, "--set", "properties={}", "--rest-to", "properties")
    assert "already" in door.refused("usage_events", "--from", path, *flags)


def test_semicolons_single_quotes_and_no_quotes(door: Door) -> None:
    header = "event_id;actor_id;event_name;occurred_at\n"
    path = door.file("a.csv", header + "e1;'a;b';c;2026-01-31\n")
    flags = ("--delimiter", "semicolon", "--quote", "'")
    assert door.landed("usage_events", "--from", path, *flags)[0]["actor_id"] == "a;b"
    path = door.file("b.csv", header + 'e1;"a;c;2026-01-31\n')
    flags = ("--delimiter", ";", "--quote", "none")
    assert door.landed("usage_events", "--from", path, *flags)[0]["actor_id"] == '"a'


def test_names_in_place_of_a_header(door: Door) -> None:
    path = door.file("a.csv", "x,y,z,t\ne1,ann,click,2026-01-31\n")
    names = ("--columns", "event_id,actor_id,event_name,occurred_at", "--header")
    assert [row["event_id"] for row in door.landed("usage_events", "--from", path, *names)] == [
        "e1"
    ]


def test_no_header_numbers_the_columns(door: Door) -> None:
    path = door.file("a.csv", "e1,ann,click,2026-01-31\n")
    columns = ("event_id", "actor_id", "event_name", "occurred_at")
    maps = [f"--map={name}=column_{at}" for at, name in enumerate(columns, 1)]
    row = door.landed("usage_events", "--from", path, "--no-header", *maps)[0]
    assert row["event_name"] == "click"


def test_gzip_whatever_it_is_called(door: Door) -> None:
    path = door.file("m.txt", gzip.compress(MESSAGES.encode()))
    assert len(door.landed("usage_events", "--from", path, *HASHED)) == 3


def test_column_names_in_capitals(door: Door) -> None:
    path = door.file("a.csv", "EVENT_ID,ACTOR_ID,EVENT_NAME,At\ne1,ann,click,2026-01-31\n")
    row = door.landed("usage_events", "--from", path, "--map", "occurred_at=at")[0]
    assert (row["event_id"], str(row["occurred_at"])) == ("e1", "2026-01-31 00:00:00")


def test_received_at_from_a_column_a_flag_or_now(door: Door) -> None:
    header = "event_id,actor_id,event_name,occurred_at,received_at\n"
    path = door.file("a.csv", header + "e1,a,c,2026-01-31,2026-02-01\ne2,a,c,2026-01-31,\n")
    by_flag = door.landed("usage_events", "--from", path, "--received-at", "2026-02-03T01:00+01:00")
    assert {str(row["received_at"]) for row in by_flag} == {"2026-02-03 00:00:00"}
    by_column = door.landed("usage_events", "--from", path, "--again")
    assert str(by_column[0]["received_at"]) == "2026-02-01 00:00:00"
    assert by_column[1]["received_at"] == by_column[1]["received_at"]
    assert by_column[1]["received_at"] > by_column[0]["received_at"]


def test_heartbeat_is_the_last_event_that_a_clock_can_have_shown(door: Door) -> None:
    header = "event_id,actor_id,event_name,occurred_at\n"
    path = door.file("a.csv", header + "e1,a,c,2026-01-31 10:00:00\ne2,a,c,2199-01-01\n")
    door.landed("usage_events", "--from", path, "--received-at", "2026-02-01")
    row = door.store.loads()[-1]
    assert str(row["last_event_at"]) == "2199-01-01 00:00:00"
    assert str(row["complete_until"]) == "2026-01-31 10:00:00"


def test_the_same_file_twice_is_noticed(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    door.landed("usage_events", "--from", path, *HASHED)
    renamed = door.file("other.txt", MESSAGES)
    message = door.refused("usage_events", "--from", renamed, *HASHED)
    for part in ("m.txt: landed before, as load 1 at 20", "3 rows of usage_events", "--again"):
        assert part in message
    assert len(door.landed("usage_events", "--from", path, *HASHED, "--again")) == 3
    assert [row["load_id"] for row in door.store.loads()] == [1, 2]


def test_the_same_file_can_be_landed_after_an_undo(door: Door) -> None:
    path = door.file("m.txt", MESSAGES)
    door.landed("usage_events", "--from", path, *HASHED)
    result = door.land("--undo")
    assert "took load 1 back: 3 rows of usage_events from m.txt" in result.stdout
    assert "--full-refresh" in result.stdout
    door.landed("usage_events", "--from", path, *HASHED)
    assert [(r["load_id"], r["undone_at"] is None) for r in door.store.loads()] == [
        (1, False), (2, True)
    ]  # fmt: skip


def test_nothing_to_undo(door: Door) -> None:
    assert "no load to take back" in door.refused("--undo")


def test_list(door: Door) -> None:
    assert "nothing has been landed" in door.land("--list").stdout
    path = door.file("m.txt", MESSAGES + "oops\n")
    door.landed("usage_events", "--from", path, *HASHED, "--complete-until", "2004-05-01")
    lines = door.land("--list").stdout.splitlines()
    assert re.split(r" {2,}", lines[0].strip()) == [
        "load", "entity", "rows", "unparsed", "source", "complete until", "landed at", "undone at"
    ]  # fmt: skip
    assert lines[1].split()[:7] == [
        "1",
        "usage_events",
        "4",
        "1",
        "m.txt",
        "2004-05-01",
        "00:00:00",
    ]


def test_report_names_what_does_not_parse(door: Door) -> None:
    path = door.file("m.txt", MESSAGES + "1 2 soon\noops\n")
    result = door.land("usage_events", "--from", path, *HASHED)
    assert "landed 5 rows of usage_events from m.txt as load 1" in result.stdout
    assert "2 rows do not parse: " in result.stdout
    assert "occurred_at in 1 (of the form 'aaaa')" in result.stdout
    assert "whole row in 1 (of the form 'aaaa')" in result.stdout
    assert "columns left empty: account_id, platform, properties" in result.stdout


def test_entity_or_file_left_out(door: Door) -> None:
    assert "ENTITY --from FILE" in door.refused("usage_events")


def test_ctrl_c_in_the_middle_of_a_query(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_store: LandingStore) -> None:
        raise RuntimeError("Query interrupted")  # noqa: EM101, TRY003 - as DuckDB raises it

    monkeypatch.setattr(LandingStore, "loads", interrupted)
    result = door.land("--list")
    assert result.exit_code == 1
    assert "Aborted!" in result.stderr


def test_outside_a_project(tmp_path: Path, door: Door) -> None:
    (tmp_path / "dbt_project.yml").unlink()
    assert "no dbt_project.yml" in door.refused("--list")


def test_start_up_imports_neither_dbt_nor_sqlalchemy() -> None:
    code = (
        "import sys, product_health.landing.command, product_health.cli; "
        "print([m for m in ('dbt', 'sqlalchemy', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


@pytest.fixture
def database(door: Door) -> str:
    """A SQLite database with events, and its URL."""
    path = door.folder / "app.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table clicks (id integer, who text, at text, score real)")
        rows = [(1, "ann", "2026-01-31 10:00:00+01:00", 9.6), (2, 'b "x", 🙂\n', "soon", None)]
        connection.executemany("insert into clicks values (?, ?, ?, ?)", rows)
        connection.execute("insert into clicks values (3, x'ff', '2026-01-31', 1)")
    connection.close()
    return f"sqlite:///{path}"


CLICKS = ("--query", "select id as event_id, who as actor_id, at from clicks order by id",
          "--map", "occurred_at=at", "--set", "event_name=click")  # fmt: skip


def test_query_on_a_database(door: Door, database: str) -> None:
    landed = door.landed("usage_events", "--from", database, *CLICKS)
    assert [row["event_id"] for row in landed] == ["1", "2", None]
    assert str(landed[0]["occurred_at"]) == "2026-01-31 09:00:00"
    assert (landed[1]["actor_id"], landed[1]["parse_error"]) == ('b "x", 🙂', "occurred_at")
    assert landed[2]["parse_error"] == "row"
    assert r"\xff" in landed[2]["raw_text"].replace("\\\\", "\\")
    assert "landed before" in door.refused("usage_events", "--from", database, *CLICKS)


def test_query_without_rows(door: Door, database: str) -> None:
    query = ("--query", "select id as event_id, who as actor_id, at from clicks where false")
    assert "has no rows" in door.refused("usage_events", "--from", database, *query)


@pytest.mark.parametrize(
    ("url", "query", "said"),
    [
        ("sqlite:///app.db", None, "needs --query"),
        ("sqlite:///app.db", "select colour from clicks", "no such column: colour"),
        ("nosuch://u:hush%21@h/db", "select 1", "nosuch"),
        ("mysql://u:hush%21@h/db?password=hush2", "select 1", "cannot be used"),
        ("postgresql://u:hush%21@h.invalid/db?password=hush2", "select 1", "the query failed"),
        ("https://u:hush%21@h/file.csv?token=hush2", None, "download the file first"),
    ],
)
def test_database_that_says_no(
    door: Door, database: str, url: str, query: str | None, said: str
) -> None:
    assert database
    flags = ("--query", query) if query else ()
    message = door.refused("usage_events", "--from", url, *flags)
    assert said in message
    assert "hush" not in message


@pytest.mark.parametrize("mark", ["?", "#", ";", ";x=1?", "?a=b;", "?a=b#"])
def test_password_is_in_no_name(mark: str) -> None:
    name = safe_name(f"mysql://u:hush@h/db{mark}token=hush2", "select\n  1")
    assert name == "mysql://u:***@h/db: select 1"
    assert safe_name(f"mssql://h{mark}PWD=hush", "select 1") == "mssql://h: select 1"


def test_password_in_a_driver_s_message_is_masked() -> None:
    url = "mysql://u:hu%21sh@h/db?token=t0ken"
    error = ValueError(f"no hu!sh (hu%21sh) for {url} with t0ken")
    assert without_secrets(error, url) == "no *** (***) for *** with ***"


def test_nothing_of_what_is_no_url_is_shown(door: Door) -> None:
    more = "--from", door.file("m.txt", MESSAGES)
    told = door.refused("usage_events", "--from", "mysql://u:hush@h:54hush/db", *more)
    assert "--from mysql://***: a database is landed from alone" in told


def test_what_does_not_parse_is_shown_by_its_shape(door: Door) -> None:
    rows = "1 2 Jane.Doe@acme.example\nJane O'Hara, +49 170 5551234\n"
    said = door.land("usage_events", "--from", door.file("m.txt", MESSAGES + rows), *HASHED).output
    assert "(of the form 'Aaaa.Aaa@aaaa.aaaaaaa')" in said
    assert "+99 999 9999999" in said
    assert not any(text in said for text in ("Jane", "Hara", "acme", "5551234"))
    unsplit = door.file("n.txt", "Jane Doe\nJohn Roe\n")
    assert "Jane" not in door.refused(
        "usage_events", "--from", unsplit, "--delimiter", "|", *HASHED
    )
