"""What is wrong with a source is said: what, where, and the mend; and nothing is landed."""

from pathlib import Path

import duckdb
import pytest

from landing_door import Door
from product_health.contract import Contract
from product_health.landing.store import LandingStore
from synced_source import MAPPINGS, Source, hour, written
from systems_company import write_company

COMPANY = "company.duckdb"


@pytest.fixture
def door(tmp_path: Path, contract: Contract) -> Door:
    write_company(tmp_path / COMPANY)
    return Door(tmp_path, LandingStore(tmp_path / "landing", contract))


def options(door: Door, system: str = "zendesk") -> tuple[str | Path, ...]:
    return ("--system", system, "--from", door.folder / COMPANY, "--into", door.store.root)


def change(door: Door, statement: str) -> None:
    with duckdb.connect(str(door.folder / COMPANY)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("drop table zendesk.ticket", "company.duckdb: schema zendesk has no table ticket"),
        ("drop schema zendesk cascade; drop schema app cascade", "none of the tables of zendesk"),
        (
            "alter table zendesk.ticket rename column requester_id to requester",
            "table ticket has no column requester_id (there is requester",
        ),
        (
            "alter table zendesk.ticket alter created_at type bigint using epoch(created_at)",
            "support_ticket_events.sql: cannot be run on company.duckdb",
        ),
        (
            "alter table zendesk.ticket alter updated_at type bigint using epoch(updated_at)",
            "support_tickets.sql: no row of company.duckdb fits, because of updated_at",
        ),
        (
            "create schema zendesk_old; create table zendesk_old.ticket as from zendesk.ticket",
            "lie in the schemas zendesk (5), zendesk_old (1); say which: --schema zendesk",
        ),
    ],
)
def test_tables_that_do_not_fit(door: Door, statement: str, words: str) -> None:
    change(door, statement)
    assert words in door.refused(*options(door))


def test_a_table_that_is_emptied_is_no_deletion_until_one_says_so(door: Door) -> None:
    door.land(*options(door))
    change(door, "delete from zendesk.ticket")
    message = door.refused(*options(door))
    assert "15 of 15 rows of support_ticket_events" in message
    assert "--accept-deletions" in message
    assert "3 deleted" in door.land(*options(door), "--accept-deletions").output


def test_empty_tables_from_the_start(door: Door) -> None:
    for table in ("ticket", "ticket_comment", "ticket_field_history", '"user"'):
        change(door, f"delete from zendesk.{table}")
    assert "landed 0 rows of zendesk" in door.land(*options(door)).output


def test_an_older_copy(door: Door) -> None:
    door.land(*options(door))
    for table in ("ticket", "ticket_comment", "ticket_field_history", '"user"', "organization"):
        change(door, f"update zendesk.{table} set _fivetran_synced = '2026-03-01'")
    message = door.refused(*options(door))
    assert "synced until 2026-03-01" in message
    assert "landed as of 2026-03-05" in message
    assert door.land(*options(door), "--again").exit_code == 0


def test_a_row_that_is_still_to_come(door: Door) -> None:
    change(door, "update zendesk.ticket set _fivetran_synced = '2999-01-01'")
    told = door.land(*options(door)).output
    assert "a row was written at 2999-01-01 00:00:00 UTC, which is still to come" in told
    loads = [row for row in door.store.loads() if row["complete_until"]]
    assert loads
    assert all(row["complete_until"] <= row["landed_at"] for row in loads)


def test_a_source_under_another_name(door: Door) -> None:
    door.land(*options(door))
    message = door.refused(*options(door), "--as", "helpdesk")
    assert "were landed before, of zendesk" in message
    assert "--as zendesk" in message
    told = door.land(*options(door), "--as", "helpdesk", "--again").output
    assert "support_tickets: 3 ids are those of another system too" in told


@pytest.mark.parametrize(
    ("name", "words"),
    [("zendsk", "did you mean zendesk?"), ("./nothing", "there is no such system")],
)
def test_a_system_that_nobody_knows(door: Door, name: str, words: str) -> None:
    assert words in door.refused(*options(door, name))


def test_what_is_no_database(door: Door) -> None:
    file = door.file("tickets.csv", "id\n1\n")
    for source in (file, door.folder / "nothing.duckdb"):
        message = door.refused("--system", "zendesk", "--from", source, "--into", door.store.root)
        assert str(source) in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("selec 1", "support_tickets.sql"),
        ("select 1; select 2", "one SELECT, and nothing else"),
        ("drop table ticket", "one SELECT, and nothing else"),
        ("/*\nrow: versions\n*/ select 1 as ticket_id", "support_tickets.sql"),
        ("select ticket.id as ticket from ticket", "did you mean ticket_id"),
        ("select ticket.id as ticket_id from ticket", "lacks requester_id"),
        (f"/*\nrows: appended\n*/\n{MAPPINGS['support_tickets']}", "cannot be appended"),
        (MAPPINGS["support_tickets"].replace("ticket.status", "read_text('/etc/hostname')"), ""),
        (MAPPINGS["support_tickets"].replace("from ticket", "from ticket, '/etc/hostname'"), ""),
    ],
)
def test_a_mapping_that_is_wrong(door: Door, text: str, words: str) -> None:
    folder = written(door.folder / "desk", {**MAPPINGS, "support_tickets": text})
    source = Source(door.folder / "desk.duckdb", door.store)
    source.tables["ticket"] = [{"id": 1, "requester_id": "p", "status": "open"}]
    source.write()
    message = door.refused("--system", folder, "--from", source.path, "--into", door.store.root)
    assert words in message
    assert "support_tickets" in message


def half_way(door: Door, note: str) -> Source:
    """Two tickets, one of which came with a sync that is not closed, and one that is gone."""
    source = Source(door.folder / "desk.duckdb", door.store)
    row = {"requester_id": "p", "status": "open", "created_at": hour(0), "updated_at": hour(0)}
    source.tables["ticket"] = [
        {**row, "id": number, "_fivetran_synced": hour(1)} for number in (1, 3)
    ]
    source.write()
    with duckdb.connect(str(source.path)) as connection:
        connection.execute(note)
    source.land()
    source.tables["ticket"] = [
        {**row, "id": 1, "_fivetran_synced": hour(1)},
        {**row, "id": 2, "_fivetran_synced": hour(3)},
    ]
    source.write()
    return source


AUDIT = (
    "create table fivetran_audit as select 1 as update_id, timestamp '2026-01-01 00:30' as "
    "update_started, timestamp '2026-01-01 01:00' as done, 'OK' as status"
)


def test_a_sync_half_way(door: Door) -> None:
    source = half_way(door, AUDIT)
    outcome = source.land()
    news = next(one.news for one in outcome.entities if one.entity == "support_tickets")
    assert (outcome.load_id, news.held, news.deleted) == (None, 1, 0)
    with duckdb.connect(str(source.path)) as connection:
        connection.execute(
            "insert into fivetran_audit values (2, '2026-01-01 02:30', '2026-01-01 03:00', 'OK')"
        )
    news = next(one.news for one in source.land().entities if one.entity == "support_tickets")
    assert (news.new, news.held, news.deleted) == (1, 0, 1)
    heartbeats = {row["complete_until"] for row in door.store.loads()}
    assert heartbeats == {hour(0.5), hour(2.5)}


def test_a_load_of_dlt_half_way(door: Door) -> None:
    path = door.folder / "dlt.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table ticket as select id, 'p' as requester_id, 'open' as status, "
            "timestamp '2026-01-01' as created_at, timestamp '2026-01-01' as updated_at, "
            "load as _dlt_load_id "
            "from (values (1, '1767225600.5'), (2, '1767229200.5')) t(id, load);"
            "create table _dlt_loads as select '1767225600.5' as load_id, 0 as status, "
            "timestamptz '2026-01-01 00:10:00+00' as inserted_at"
        )
    tickets = {"support_tickets": MAPPINGS["support_tickets"]}
    folder = written(door.folder / "desk", tickets)
    land = ("--system", folder, "--from", path, "--into", door.store.root)
    assert "1 rows of a sync that is not closed wait for it" in door.land(*land).output
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into _dlt_loads values ('1767229200.5', 0, '2026-01-01 01:10')")
    assert "1 new" in door.land(*land).output


def test_an_edited_mapping_is_told(door: Door) -> None:
    source = half_way(door, "select 1")
    text = MAPPINGS["support_tickets"].replace("ticket.status", "upper(ticket.status) as status")
    folder = written(door.folder / "desk2", {**MAPPINGS, "support_tickets": text})
    land = ("--system", folder, "--as", "desk", "--from", source.path, "--into", door.store.root)
    assert "load 1 was landed with another mapping" in door.land(*land, "--accept-deletions").output
