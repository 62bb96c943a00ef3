"""A small company with Segment, Zendesk and Salesforce, from their tables to the marts."""

from datetime import date
from typing import Any

import duckdb
import pytest

from harness.builds import Build, parsed
from landing_door import Door
from product_health.contract import Contract
from product_health.landing.store import LandingStore
from systems_company import write_company

MODELS = (
    "usage_daily",
    "support_tickets",
    "csat_daily",
    "dim_accounts",
    "dim_people",
    "int_crm_opportunities",
    "int_row_accounting",
)
SYSTEMS = ("segment", "zendesk", "salesforce")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, contract: Contract) -> tuple[Door, Build]:
    """The company, landed and built."""
    folder = tmp_path_factory.mktemp("company")
    write_company(folder / "company.duckdb")
    build = parsed(folder, MODELS)
    door = Door(folder, LandingStore(build.landing, contract))
    for system in SYSTEMS:
        result = land(door, system)
        assert result.startswith("landed "), result
    build.run()
    return door, build


def land(door: Door, system: str) -> str:
    source = door.folder / "company.duckdb"
    result = door.land("--system", system, "--from", source, "--into", door.store.root)
    assert result.exit_code == 0, result.output
    return result.output


def rows(build: Build, model: str, key: str, *names: str) -> dict[Any, tuple[Any, ...]]:
    return {row[key]: tuple(row[name] for name in names) for row in build.rows(model)}


def test_people_are_one_across_systems(company: tuple[Door, Build]) -> None:
    _, build = company
    assert rows(build, "usage_daily", "date_day", "dau") == {
        date(2026, 3, 2): (2,),
        date(2026, 3, 3): (3,),
        date(2026, 3, 4): (1,),
    }
    people = rows(build, "dim_people", "person_id", "account_id")
    assert people == {
        "u1": ("001A",),
        "u2": ("001B",),
        "12": ("001B",),
        "90": (None,),
        "a3": (None,),
    }


def test_tickets(company: tuple[Door, Build]) -> None:
    _, build = company
    names = ("requester_id", "account_id", "first_reply_minutes", "resolution_minutes", "is_open")
    assert rows(build, "support_tickets", "ticket_id", *names) == {
        "101": ("u1", "001A", 30, 180, False),
        "102": ("12", "001B", 1440, None, True),
        "103": ("u1", "001A", None, None, True),
    }
    assert rows(build, "support_tickets", "ticket_id", "reopen_count")["103"] == (1,)


def test_ratings(company: tuple[Door, Build]) -> None:
    _, build = company
    found = rows(build, "csat_daily", "date_day", "rated", "satisfied")
    assert found[date(2026, 3, 4)] == (1, 1)


def test_accounts_and_deals(company: tuple[Door, Build]) -> None:
    _, build = company
    found = rows(build, "dim_accounts", "account_id", "account_name", "size_segment", "region")
    assert found["001A"] == ("Acme", "smb", "Germany")
    assert found["001B"] == ("Beta", "enterprise", "France")
    names = ("opportunity_type", "stage", "closed_at", "is_won", "row_outcome")
    deals = rows(build, "int_crm_opportunities", "opportunity_id", *names)
    assert deals["006A"][:2] == ("new", "Closed Won")
    assert deals["006A"][2].date() == date(2026, 2, 1)
    assert deals["006A"][3:] == (True, "accepted")
    assert deals["006B"] == ("renewal", "Negotiation", None, None, "accepted")


def test_every_row_is_accepted(company: tuple[Door, Build]) -> None:
    _, build = company
    for row in build.rows("int_row_accounting"):
        assert row["raw_rows"] == row["accepted_rows"], row


def test_a_second_run_has_no_news_and_a_sync_has(company: tuple[Door, Build]) -> None:
    door, build = company
    loads = len(door.store.loads())
    for system in SYSTEMS:
        assert "nothing is new" in land(door, system)
    assert len(door.store.loads()) == loads
    with duckdb.connect(str(door.folder / "company.duckdb")) as connection:
        connection.execute(
            "insert into zendesk.ticket_comment by name select 7 as id, 103 as ticket_id, "
            "90 as user_id, true as public, timestamp '2026-03-05 08:00' as created, "
            "timestamp '2026-03-05 09:00' as _fivetran_synced"
        )
        connection.execute("update salesforce.account set _fivetran_synced = '2026-03-05 09:00'")
        connection.execute("delete from zendesk.ticket where id = 102")
    told = land(door, "zendesk")
    assert "support_ticket_events  1 new" in told
    assert "1 deleted" in told
    assert "landed 0 rows of salesforce" in land(door, "salesforce")
    build.run()
    assert rows(build, "support_tickets", "ticket_id", "first_reply_minutes")["103"] == (1440,)
    deleted = [row for row in build.rows("int_support_tickets") if row["is_deleted"]]
    assert [row["ticket_id"] for row in deleted] == ["102"]
    assert deleted[0]["row_outcome"] == "accepted"
