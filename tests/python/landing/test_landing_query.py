"""A query over files: each a relation under its name, and the result is what is landed."""

import gzip
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from landing_door import Door
from product_health.landing.files import find_files
from product_health.landing.query_names import relation_name
from product_health.landing.relation_sources import relations_of
from product_health.landing.relations import Desk, select
from product_health.landing.request import Reading
from product_health.sandbox.limits import Limits

TICKETS = """number,opened,closed,state,who
1,2026-01-31 10:00:00,,3,ann
2,2026-01-30 10:00:00,2026-01-31 09:00:00,7,bob
"""
PEOPLE = '{"login": "ann", "id": 7}\n{"login": "bob", "id": 8.0}\n'
EVENTS = """
    select number || '-opened' as ticket_event_id, number as ticket_id, 'created' as event_type,
        'customer' as actor_role, opened as occurred_at
    from tickets
    union all
    select number || '-closed', number, 'solved', 'staff', closed from tickets
    where closed is not null
    order by occurred_at desc
"""
# Has a database open to write to, until its input ends.
WRITER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def export(door: Door) -> Door:
    """A door with a CSV, a JSON lines and a Parquet file, a DuckDB and a SQLite database."""
    door.file("tickets.csv", TICKETS)
    door.file("People 2026.jsonl.gz", gzip.compress(PEOPLE.encode()))
    with duckdb.connect(str(door.folder / "crm.duckdb")) as connection:
        connection.execute("create schema sales")
        connection.execute(
            "create table sales.account as select 'a1' as id, date '2026-01-31' as day"
        )
        connection.execute(
            "create table state as select 3 as code, 'open' as word union select 7, 'solved'"
        )
        connection.execute(f"copy state to '{door.folder}/state of tickets.parquet'")
    with sqlite3.connect(door.folder / "app.db") as database:
        database.execute('create table "order" (id integer, at text, total real)')
        database.execute(
            "insert into \"order\" values (1, '2026-01-31', 9.5), (2, '2026-02-01', 10)"
        )
    database.close()
    return door


def test_the_rows_of_a_query_in_its_order(export: Door) -> None:
    said = export.land("support_ticket_events", "--from", "tickets.csv", "--query", EVENTS)
    assert "landed 3 rows of support_ticket_events from tickets.csv as load 1" in said.stdout
    assert "2 rows read from tickets" in said.stdout
    rows = export.rows("support_ticket_events")
    assert [row["ticket_event_id"] for row in rows] == ["1-opened", "2-closed", "2-opened"]
    assert export.store.loads()[0]["row_count"] == 3


def test_files_of_every_format_are_joined(export: Door) -> None:
    query = """
        select t.number as ticket_id, a.id as account_id, cast(p.id as double)::int as requester_id,
            s.word as status, t.opened as created_at, t.opened as updated_at, o.total as csat_score
        from tickets t join people_2026 p on p.login = t.who
        join state_of_tickets s on s.code = t.state
        cross join sales.account a left join "order" o on o.id = t.number
    """
    sources = ("tickets.csv", "People*", "state of*.parquet", "crm.duckdb", "app.db")
    flags = [flag for source in sources for flag in ("--from", source)]
    rows = export.landed("support_tickets", *flags, "--query", query)
    told = [
        tuple(
            row[name]
            for name in ("ticket_id", "account_id", "requester_id", "status", "csat_score")
        )
        for row in sorted(rows, key=lambda row: str(row["ticket_id"]))
    ]
    assert told == [("1", "a1", "7", "open", 9.5), ("2", "a1", "8", "solved", 10.0)]


def test_a_query_in_a_mapping_file_and_a_map_of_its_result(export: Door) -> None:
    mapping = export.file(
        "answers.yml",
        "entity: survey_responses\n"
        "query: |\n  select number as n, regexp_extract(answer, '^\\d+') as score, given\n"
        "  from answers where answer not in ('N/A', '-')\n"
        "map: {response_id: n, person_id: n, responded_at: given}\n"
        "set: {survey_id: nps1, survey_kind: nps}\n",
    )
    answers = "number,answer,given\n1,10 - Extremely likely,2026-01-31\n2,N/A,2026-01-31\n"
    path = export.file("answers.csv", answers + "3,0,2026-01-31\n")
    rows = export.landed("survey_responses", "--from", path, "--mapping", mapping)
    assert [(row["response_id"], row["score"]) for row in rows] == [("1", 10.0), ("3", 0.0)]
    assert "landed before, as load 1" in export.refused(
        "survey_responses", "--from", path, "--mapping", mapping
    )


def test_tables_of_a_database_by_schema_or_where_they_are_alone_without(export: Door) -> None:
    for name in ("sales.account", "SALES.Account", "account", "main.state", "state"):
        query = f"select 'a' as account_id, now() as created_at, now() as updated_at from {name}"
        export.landed("crm_accounts", "--from", "crm.duckdb", "--query", query, "--again")


def test_a_pattern_is_a_relation_of_all_its_files_too(door: Door) -> None:
    for day, columns in ((30, "id,who"), (31, "who,id,plan")):
        row = ",".join(
            {"id": f"e{day}", "who": "ann", "plan": "pro"}[c] for c in columns.split(",")
        )
        door.file(f"events-{day}.csv", f"{columns}\n{row}\n")
    query = "select id as event_id, who as actor_id, plan as account_id from events"
    flags = ("--set", "event_name=x", "--set", "occurred_at=2026-01-31")
    rows = door.landed("usage_events", "--from", "events-*.csv", "--query", query, *flags)
    assert [(r["event_id"], r["account_id"]) for r in rows] == [("e30", None), ("e31", "pro")]
    query = query.replace("events", "events_30").replace("plan", "null")
    rows = door.landed("usage_events", "--from", "events-*.csv", "--query", query, *flags)
    assert [r["event_id"] for r in rows] == ["e30"]


def test_only_what_a_query_names_is_read_and_has_to_stay_as_it_is(export: Door) -> None:
    export.file("broken.csv", b"\x00\xff")
    export.landed("support_ticket_events", "--from", "*.csv", "--query", EVENTS)
    export.file("broken.csv", "x")
    assert "landed before" in export.refused(
        "support_ticket_events", "--from", "*.csv", "--query", EVENTS
    )


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("incidents.csv", "incidents"),
        ("Incidents 2026-01.json.gz", "incidents_2026_01"),
        ("2026.parquet", "_2026"),
        ("été.CSV", "été"),
        ("a.b.csv", "a_b"),
        ("---.csv", ""),
    ],
)
def test_names_of_files_as_identifiers(name: str, wanted: str) -> None:
    assert relation_name(name) == wanted


def test_two_files_of_one_name_and_a_reserved_word(door: Door) -> None:
    (door.folder / "old").mkdir()
    for path in ("order.csv", "old/order.csv"):
        door.file(path, "a\n1\n")
    known = relations_of(["order.csv", "old/order.csv"], Reading())
    assert [(str(one.name), one.label) for one in known] == [
        ('"order"', "order.csv"), ("order_2", "old/order.csv")
    ]  # fmt: skip


# What a query may not be, and what its refusal names: what is wrong, what there is, the mend.
WRONG = {
    "selec 1": ("syntax error", "line 1"),
    "select 1\nfrom from tickets": ("syntax error", "line 2"),
    "select 1; select 2": ("one SELECT is allowed, and nothing else",),
    "create table t as select 1": ("one SELECT is allowed",),
    "copy tickets to 'out.csv'": ("one SELECT is allowed",),
    "insert into tickets select * from tickets": ("one SELECT is allowed",),
    "attach 'x.duckdb'": ("one SELECT is allowed",),
    "set lock_configuration = false": ("one SELECT is allowed",),
    "": ("one SELECT is allowed",),
    "with x as (insert into tickets values (1) returning *) select * from x, tickets": ("--query",),
    "select 1 as event_id": ("reads no relation", "tickets (tickets.csv)"),
    "select * from ticket": ("no relation ticket; did you mean tickets?", "(tickets.csv)"),
    "select * from other.tickets": ("no relation other.tickets",),
    "select * from 'tickets.csv'": ("the file 'tickets.csv'", "--from", "tickets (tickets.csv)"),
    "select * from '/etc/passwd'": ("the file '/etc/passwd'", "--from"),
    "select * from tickets, read_text('{folder}/secret.txt')": ("secret.txt", "relations only"),
    "select * from tickets, read_csv('{folder}/tickets.csv')": ("tickets.csv", "relations only"),
    "select * from tickets, glob('{folder}/*')": ("relations only",),
    "select colour from tickets": ('"colour"', "Candidate bindings"),
    "select number as event_id, state as event_id from tickets": ("'event_id' twice", "`as`"),
    "select number as a, state as A from tickets": ("twice",),
    "select * exclude (number, opened, closed, state, who) from tickets": ("empty",),
    "select cast(who as integer) as n from tickets": ("'aaa'", "try_cast"),
    "select * from tickets where number = '9'": ("no rows, of 2 of tickets", "--complete-until"),
    "select len(range(1000000000 + number::int)) as n from tickets": ("memory", "fewer"),
}  # fmt: skip


@pytest.mark.parametrize(("query", "parts"), WRONG.items())
def test_a_query_that_cannot_be_run(export: Door, query: str, parts: tuple[str, ...]) -> None:
    export.file("secret.txt", "secret of somebody")
    before = {path.name: path.read_bytes() for path in export.folder.iterdir() if path.is_file()}
    sql = query.format(folder=export.folder)
    message = export.refused("usage_events", "--from", "tickets.csv", "--query", sql)
    for part in ("--query", *parts):
        assert part in message
    assert "of somebody" not in message
    after = {path.name: path.read_bytes() for path in export.folder.iterdir() if path.is_file()}
    assert after == before


def test_a_file_that_is_split_at_another_character(export: Door) -> None:
    export.file("answers.csv", "id;day;answer\n1;2026-03-03;6\n")
    query = ("--from", "answers.csv", "--query", "select answer as event_id from answers")
    message = export.refused("usage_events", *query)
    assert "its columns are one, so say how they are split: --delimiter ';'" in message


def test_a_query_that_never_ends(export: Door, tmp_path: Path) -> None:
    endless = "select 1 as i from tickets union all select i + 1 from r"
    query = f"with recursive r as ({endless}) select max(i) as n from r"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    known = relations_of([str(export.folder / "tickets.csv")], Reading())
    with (
        duckdb.connect() as connection,
        pytest.raises(Exception, match="more than 2 seconds") as told,
    ):
        select(known, query, Desk(connection, scratch), limits=Limits(2, 2**30))
    assert "recursion ends" in str(told.value)


def test_a_result_that_fills_the_disk(export: Door, tmp_path: Path) -> None:
    query = "select md5(i || number) as h from tickets, range(2000000) r(i)"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    known = relations_of([str(export.folder / "tickets.csv")], Reading())
    with duckdb.connect() as connection, pytest.raises(Exception, match="writes more than it may"):
        select(known, query, Desk(connection, scratch), limits=Limits(60, 1_000_000))


def test_rows_that_cannot_be_split_are_left_out_when_that_is_wanted(export: Door) -> None:
    export.file("tickets.csv", TICKETS + "(2 rows)\n")
    flags = ("support_ticket_events", "--from", "tickets.csv", "--query", EVENTS)
    message = export.refused(*flags)
    for part in ("tickets.csv: 1 of 3 rows cannot be split", "'(9 aaaa)'", "--unparsed-ok"):
        assert part in message
    said = export.land(*flags, "--unparsed-ok").stdout
    assert "2 rows read from tickets\n" in said
    assert "left out, as they cannot be split into columns: 1 of the rows" in said


def test_types_of_a_parquet_file_and_of_duckdb_stay(door: Door) -> None:
    with duckdb.connect(str(door.folder / "w.duckdb")) as connection:
        connection.execute(
            "create table e as select 101.0::double as id, {'plan': 'pro', 'n': [1]} as p, "
            "timestamptz '2026-01-31 10:00:00+02' as seen"
        )
    query = "select id as event_id, 'a' as actor_id, seen as occurred_at, p as properties from e"
    flags = ("--query", query, "--set", "event_name=x")
    row = door.landed("usage_events", "--from", "w.duckdb", *flags)[0]
    assert row["event_id"] == "101"
    assert str(row["occurred_at"]) == "2026-01-31 08:00:00"
    assert json.loads(row["properties"]) == {"plan": "pro", "n": [1]}


def test_a_database_file_without_a_query_says_what_to_type(export: Door) -> None:
    for source, table in (("app.db", '"order"'), ("crm.duckdb", "state")):
        message = export.refused("usage_events", "--from", source)
        assert f"--query 'select * from {table}'" in message
        assert f"{table} ({source})" in message


def test_a_database_that_another_process_writes(export: Door) -> None:
    command = [sys.executable, "-c", WRITER, str(export.folder / "crm.duckdb")]
    with subprocess.Popen(command, stdin=-1, stdout=-1) as process:  # noqa: S603 - our own
        assert process.stdout
        assert process.stdout.readline()
        message = export.refused(
            "crm_accounts", "--from", "crm.duckdb", "--query", "select * from state"
        )
        process.communicate(b"")
    assert "crm.duckdb" in message
    assert "try again after it" in message


def test_find_files_in_a_folder_that_looks_like_a_pattern(door: Door) -> None:
    folder = door.folder / "land [eu]"
    folder.mkdir()
    (folder / "a.csv").write_text("x")
    assert find_files([f"{folder}/*.csv"]) == [folder / "a.csv"]
