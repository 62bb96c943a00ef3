"""Rows of others in the tables of Zendesk and Salesforce: real names and types go through."""

from pathlib import Path

import duckdb

from landing_door import Door
from product_health.contract import Contract
from product_health.landing.store import LandingStore
from synced_source import Row, landed_rows

ZENDESK = ("ticket", "user", "organization", "ticket_comment", "ticket_field_history")
SALESFORCE = ("account", "opportunity", "opportunity_history")


def write_seeds(path: Path, folder: Path, tables: tuple[str, ...], prefix: str = "") -> None:
    with duckdb.connect(str(path)) as connection:
        for table in tables:
            file = folder / f"{prefix}{table}_data.csv"
            connection.execute(f"create table \"{table}\" as from read_csv('{file}')")


def of_ticket(store: LandingStore, entity: str) -> list[Row]:
    """Return the rows of the ticket that has a history."""
    return [row for row in landed_rows(store, entity) if row["ticket_id"] == "11071"]


def test_zendesk(tmp_path: Path, contract: Contract, shared_data: Path) -> None:
    seeds = shared_data / "fivetran_seeds" / "raw" / "dbt_zendesk"
    write_seeds(tmp_path / "z.duckdb", seeds, ZENDESK)
    store = LandingStore(tmp_path / "landing", contract)
    land = ("--system", "zendesk", "--from", tmp_path / "z.duckdb", "--into", store.root)
    door = Door(tmp_path, store)
    assert "support_tickets        10 new" in door.land(*land).output
    assert not any(row["parse_error"] for row in landed_rows(store, "support_tickets"))
    (ticket,) = of_ticket(store, "support_tickets")
    assert (ticket["requester_id"], ticket["status"]) == ("2222", "closed")
    events = [row["event_type"] for row in of_ticket(store, "support_ticket_events")]
    assert events.count("open") == 4
    assert "nothing is new" in door.land(*land).output


def test_salesforce(tmp_path: Path, contract: Contract, shared_data: Path) -> None:
    seeds = shared_data / "fivetran_seeds" / "raw" / "dbt_salesforce"
    path = tmp_path / "s.duckdb"
    write_seeds(path, seeds, SALESFORCE, "sf_")
    store = LandingStore(tmp_path / "landing", contract)
    land = ("--system", "salesforce", "--from", path, "--into", store.root)
    door = Door(tmp_path, store)
    # these few rows lack what every sync of accounts has
    assert "no column created_date" in door.refused(*land)
    with duckdb.connect(str(path)) as connection:
        connection.execute("alter table account add created_date timestamp default '2019-01-01'")
    told = door.land(*land).output
    assert "crm_accounts" in told
    deals = landed_rows(store, "crm_opportunities")
    assert len({row["opportunity_id"] for row in deals}) == 10
    assert not any(row["parse_error"] or row["set_aside"] for row in deals)
    assert "nothing is new" in door.land(*land).output
