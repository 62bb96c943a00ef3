"""Several files in one load, files that name their separator, zones of times, odd names."""

import gzip
import json
import os

import duckdb
import pytest

from landing_door import Door

HEADER = "event_id,actor_id,event_name,occurred_at,platform\n"


def line(number: int) -> str:
    return f"e{number},ann,click,2026-01-31 10:00:00,web\n"


def ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["event_id"] for row in rows]


def test_several_csv_files_plain_or_gz_are_one_load(door: Door) -> None:
    door.file("a-1.csv", HEADER + line(1))
    door.file("a-2.csv.gz", gzip.compress((HEADER + line(2) + line(3)).encode()))
    header = "platform,event_id,actor_id,event_name,occurred_at,account_id\n"
    door.file("b.csv", header + "ios,e4,bob,x,2026-01-31,acc\n")
    said = door.land("usage_events", "--from", "a-*", "--from", "b.csv")
    assert "landed 4 rows of usage_events from a-1.csv and 2 more as load 1" in said.stdout
    assert (
        "columns left empty, which other files have: account_id in a-1.csv and 1 more"
        in said.stdout
    )
    rows = door.rows("usage_events")
    assert ids(rows) == ["e1", "e2", "e3", "e4"]
    assert [row["platform"] for row in rows] == ["web", "web", "web", "ios"]
    assert rows[3]["account_id"] == "acc"
    assert "landed before" in door.refused("usage_events", "--from", "a-*", "--from", "b.csv")


def test_several_json_files_whose_keys_differ(door: Door) -> None:
    row = {"event_id": "e1", "actor_id": "a", "event_name": "x", "occurred_at": "2026-01-31"}
    door.file("1.json.gz", gzip.compress(json.dumps([row]).encode()))
    door.file("2.json.gz", gzip.compress(b"[]"))
    door.file("3.json", json.dumps({"platform": "web"} | row | {"event_id": "e2"}))
    rows = door.landed("usage_events", "--from", "*.json*")
    assert [(row["event_id"], row["platform"]) for row in rows] == [("e1", None), ("e2", "web")]
    assert door.store.loads()[0]["source_name"] == "*.json*"


def test_files_of_several_formats(door: Door) -> None:
    door.file("a.csv", HEADER + line(1))
    door.file(
        "b.json",
        json.dumps(dict(zip(HEADER.strip().split(","), line(2).strip().split(","), strict=True))),
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from read_csv('{door.folder}/a.csv')) to '{door.folder}/c.parquet'"
        )
    rows = door.landed("usage_events", "--from", "a.csv", "--from", "b.json", "--from", "c.parquet")
    assert ids(rows) == ["e1", "e2", "e1"]


def test_one_file_of_several_that_cannot_be_read_lands_nothing(door: Door) -> None:
    door.file("a.csv", HEADER + line(1))
    door.file("b.csv", HEADER + "x;y\nz;w\n")
    message = door.refused("usage_events", "--from", "?.csv")
    assert "b.csv: not one row could be split into 5 columns, such as 'a;a'" in message
    door.file("b.csv", HEADER + line(2) + "e3,ann")
    assert "b.csv: its last line is cut off" in door.refused("usage_events", "--from", "?.csv")
    door.file("b.csv", gzip.compress((HEADER + line(2) * 999).encode())[:-20])
    assert "b.csv: is not a whole gzip file" in door.refused("usage_events", "--from", "?.csv")
    door.file("b.csv", (HEADER + line(2)).strip())
    assert "no line end" in door.land("usage_events", "--from", "?.csv").stdout


def test_a_file_that_is_named_twice_lands_once(door: Door) -> None:
    path = door.file("a.csv", HEADER + line(1))
    assert len(door.landed("usage_events", "--from", path, "--from", path)) == 1


def test_a_database_stands_alone(door: Door) -> None:
    door.file("a.csv", HEADER + line(1))
    message = door.refused("usage_events", "--from", "a.csv", "--from", "sqlite:///x.db")
    assert "a database is landed from alone" in message


@pytest.mark.parametrize("said", ["sep=;", "SEP=;", '"sep=;"', "sep=\t", "sep=|"])
def test_a_file_that_says_its_separator(door: Door, said: str) -> None:
    separator = said.strip('"')[-1]
    text = said + "\r\n" + (HEADER + line(1)).replace(",", separator)
    assert ids(door.landed("usage_events", "--from", door.file("a.csv", text))) == ["e1"]


def test_a_separator_that_is_asked_for_goes_first(door: Door) -> None:
    path = door.file("a.csv", "sep=;\n" + HEADER + line(1))
    assert ids(door.landed("usage_events", "--from", path, "--delimiter", "comma")) == ["e1"]


TIMES = [
    ("2026-03-29 01:30:00", "2026-03-29 00:30:00"),
    ("2026-03-29 03:30:00", "2026-03-29 01:30:00"),
    ("2026-03-29 03:30:00+02:00", "2026-03-29 01:30:00"),
    ("2026-03-29T03:30:00Z", "2026-03-29 03:30:00"),
    ("2026-01-31", "2026-01-31 00:00:00"),
]


def test_times_of_a_source_s_time_zone(door: Door) -> None:
    text = HEADER + "".join(f"e,a,c,{given},\n" for given, _ in TIMES)
    path = door.file("a.csv", text)
    mapping = door.file("m.yml", "timezone: Europe/Berlin\n")
    by_flag = door.landed("usage_events", "--from", path, "--timezone", "Europe/Berlin")
    by_file = door.landed("usage_events", "--from", path, "--mapping", mapping, "--again")
    for rows in (by_flag, by_file):
        assert [str(row["occurred_at"]) for row in rows] == [wanted for _, wanted in TIMES]
        assert [row["bare_dates"] for row in rows] == [*[None] * 4, "occurred_at"]
    loads = door.store.loads()
    assert loads[0]["fingerprint"] == loads[1]["fingerprint"]
    door.landed("usage_events", "--from", path, "--again")
    assert door.store.loads()[2]["fingerprint"] != loads[0]["fingerprint"]


def test_a_time_zone_that_nobody_knows(door: Door) -> None:
    path = door.file("a.csv", HEADER + line(1))
    message = door.refused("usage_events", "--from", path, "--timezone", "Europe/Berln")
    assert "did you mean Europe/Berlin" in message
    assert "such as Europe/Berlin" in door.refused(
        "usage_events", "--from", path, "--timezone", "-"
    )


@pytest.mark.parametrize(
    ("value", "unit"),
    [("1769853600", "epoch"), ("1769853600000", "epoch_ms"), ("1769853600000000", "epoch_us")],
)
def test_numbers_since_1970_by_their_digits(door: Door, value: str, unit: str) -> None:
    path = door.file("a.csv", HEADER.replace("occurred_at", "t") + f"e,a,c,{value},\n")
    spec = f"occurred_at=t:{unit}"
    assert f"Use --map {spec}, or" in door.refused("usage_events", "--from", path)
    message = door.refused("usage_events", "--from", path, "--map", "occurred_at=t")
    assert f"if it counts since 1970, --map {spec}. Nothing" in message
    row = door.landed("usage_events", "--from", path, "--map", spec)[0]
    assert str(row["occurred_at"]) == "2026-01-31 10:00:00"


@pytest.mark.parametrize("name", ["o'brien", "land [eu]", "a b", "50% {x}", "é$(x)`y`"])
def test_folders_of_any_name(door: Door, name: str) -> None:
    folder = door.folder / name
    folder.mkdir()
    parquet = str(folder / "p [1].parquet").replace("'", "''")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'e2' as event_id, 'a' as actor_id, 'x' as event_name, "
            f"date '2026-01-31' as occurred_at) to '{parquet}'"
        )
    (folder / "o'c [1].csv").write_text(HEADER + line(1))
    sources = ("--from", folder / "o'c [1].csv", "--from", folder / "p [1].parquet")
    into = ("--into", folder / "landing")
    said = door.land("usage_events", *sources, *into)
    assert "landed 2 rows" in said.output
    query = ("--query", "select * from o_c_1 union all by name select * from p_1")
    assert (
        "1 rows read from p_1"
        in door.land("usage_events", *sources, *into, *query, "--again").output
    )
    listed = door.land("--list", *into).stdout
    assert listed.count("usage_events") == 2
    assert "took load 2 back" in door.land("--undo", *into).stdout


def test_names_that_are_not_utf_8(door: Door) -> None:
    name = os.fsdecode(b"caf\xe9")
    door.file("a.csv", HEADER + line(1))
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from read_csv('{door.folder}/a.csv')) to '{door.folder}/p.parquet'"
        )
    (door.folder / "a.csv").rename(door.folder / f"{name}.csv")
    (door.folder / "p.parquet").rename(door.folder / f"{name}.parquet")
    for ending in ("csv", "parquet"):
        door.landed("usage_events", "--from", f"{name}.{ending}", "--again")
        assert door.store.loads()[-1]["source_name"] == rf"caf\xe9.{ending}"
        query = ("--query", "select * from caf_xe9", "--again")
        assert ids(door.landed("usage_events", "--from", f"{name}.{ending}", *query)) == ["e1"]
    assert r"caf\xe9.csv" in door.land("--list").stdout
    assert r"caf\xe9.xml: there is no such file" in door.refused(
        "usage_events", "--from", f"{name}.xml"
    )
    into = ("--into", door.folder / name)
    message = door.refused("usage_events", "--from", f"{name}.csv", *into)
    assert r"caf\xe9: a landing folder needs a name in UTF-8" in message


@pytest.mark.parametrize("into", ["s3://bucket/landing", "gs://b", "https://x/y", "file:///x"])
def test_a_landing_folder_elsewhere_is_refused(door: Door, into: str) -> None:
    path = door.file("a.csv", HEADER + line(1))
    message = door.refused("usage_events", "--from", path, "--into", into)
    assert f"--into {into}: is an address" in message
    assert not [one for one in door.folder.iterdir() if one.name.endswith(":")]


TICKETS = "ticket_id,event_type,actor_role,occurred_at,{name}\n{rows}"


def ticket_events(name: str, values: list[str]) -> str:
    rows = "".join(
        f"t1,created,staff,2026-01-{at:02d},{value}\n" for at, value in enumerate(values, 1)
    )
    return TICKETS.format(name=name, rows=rows)


def test_an_id_is_advised_only_where_its_values_tell_rows_apart(door: Door) -> None:
    unique = door.file("a.csv", ticket_events("event_key", ["a", "b", "c", "d"]))
    message = door.refused("support_ticket_events", "--from", unique)
    assert "Use --map ticket_event_id=event_key; or have ids made: --map" in message
    repeated = door.file("b.csv", ticket_events("event_key", ["a", "b", "c", "c"]))
    message = door.refused("support_ticket_events", "--from", repeated)
    assert "Column 'event_key' has 3 different values in 4 rows" in message
    assert "have ids made: --map ticket_event_id=@row_number (every row counts)" in message
    # a column of few values is no id whatever it is called
    kinds = door.file("c.csv", ticket_events("ticket_event_type", ["a", "a", "b", "b"]))
    said = door.land("support_ticket_events", "--from", kinds).stdout
    assert "ticket_event_id made of each whole row" in said
    assert "--map ticket_event_id=@row_number counts every row" in said


def test_an_advised_column_is_one_that_would_parse_and_is_not_read_yet(door: Door) -> None:
    header = "event_id,actor_id,event_name,occurred_by,happened,count\n"
    path = door.file("a.csv", header + "e1,a,x,ann,2026-01-31 10:00:00,3\n")
    message = door.refused("usage_events", "--from", path)
    assert "Use --map occurred_at=happened, or" in message
    path = door.file("a.csv", "event_id,event_name,occurred_at,account_id\ne1,x,2026-01-31,a\n")
    assert "Use --map actor_id=<input column>, or" in door.refused("usage_events", "--from", path)


def test_a_message_does_not_name_a_thousand_columns(door: Door) -> None:
    names = ",".join(f"column_{number}" for number in range(1000))
    path = door.file("a.csv", names + "\n" + "," * 999 + "\n")
    message = door.refused("usage_events", "--from", path)
    assert "column_29 and 970 more." in message
    assert len(message) < 1500
