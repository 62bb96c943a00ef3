"""Whatever a loader does, and whenever one lands: what was landed says what the source said.

Random histories of a help desk: rows come, change, change back, change without a word, are deleted,
flagged, come back; loaders stamp rows anew; one lands after some syncs only, is interrupted, takes
loads back.
"""

import random
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from nightly import nightly
from product_health.contract import Contract
from product_health.landing.store import LandingStore, PendingLoad
from synced_source import Row, Source, hour, state

SYNCS = 7
END = hour(3 * SYNCS)
KINDS = ("new", "new", "update", "silent", "back", "delete", "flag", "again")
STATUS = ("open", "pending", "solved")


class Loader:
    """Syncs random changes into a source."""

    def __init__(self, source: Source, rng: random.Random) -> None:
        self.source = source
        self.rng = rng
        self.landed: list[Row] = []  # tickets as they were when one landed

    def sync(self, number: int) -> None:
        """Change some rows, at times between the last sync and this one."""
        for part in range(self.rng.randint(0, 4)):
            self.change(number, hour(number - 0.9 + part / 10))
        self.happen(number)
        self.keep_versions(number)
        if self.rng.random() < 0.2:
            for rows in self.source.tables.values():
                for row in rows:
                    row["_fivetran_synced"] = hour(number)
        self.source.write()

    def change(self, number: int, at: datetime) -> None:
        tickets = self.source.tables["ticket"]
        row = self.rng.choice(tickets) if tickets else None
        what = self.rng.choice(
            ("new", "new", "update", "silent", "back", "delete", "flag", "again")
        )
        stamp = {"_fivetran_synced": hour(number)}
        if what == "new" or row is None:
            fresh = {"id": self.rng.randint(1, 12), "requester_id": "p1", "status": "open"}
            if not any(one["id"] == fresh["id"] for one in tickets):
                tickets.append({**fresh, "created_at": hour(-1), "updated_at": at, **stamp})
        elif what == "update":
            row.update(status=self.rng.choice(STATUS), updated_at=at, **stamp)
        elif what == "silent":
            row.update(requester_id=f"p{self.rng.randint(1, 3)}", **stamp)
        elif what == "delete":
            tickets.remove(row)
        elif what == "flag":
            row.update(_fivetran_deleted=not row.get("_fivetran_deleted"), **stamp)
        elif self.landed:
            old = self.rng.choice(self.landed)
            tickets[:] = [one for one in tickets if one["id"] != old["id"]]
            tickets.append({**old, **(stamp if what == "back" else {})})

    def happen(self, number: int) -> None:
        """Add changes of tickets, some long after they happened; so each sync writes a row."""
        for _ in range(self.rng.randint(1, 3)):
            changes = self.source.tables["change"]
            at = hour(self.rng.random() * number)
            changes.append(
                {"id": len(changes), "ticket_id": 1, "kind": "solved", "changed_at": at,
                 "_fivetran_synced": hour(number)}
            )  # fmt: skip

    def keep_versions(self, number: int) -> None:
        """Add versions of accounts, in any order."""
        versions = self.source.tables["account_history"]
        for _ in range(self.rng.randint(0, 3)):
            row = {
                "id": f"a{self.rng.randint(1, 3)}",
                "name": self.rng.choice("xyz"),
                "created_at": hour(-1),
                "valid_from": hour(self.rng.randint(0, 2 * SYNCS)),
            }
            taken = {(one["id"], one["valid_from"]) for one in versions}
            if (row["id"], row["valid_from"]) not in taken:
                versions.append({**row, "_fivetran_synced": hour(number)})


def said(row: Row) -> tuple[Any, ...]:
    return row["requester_id"], row["status"]


def tickets_of(source: Source) -> dict[str, tuple[Any, ...]]:
    rows = source.tables["ticket"]
    return {str(row["id"]): said(row) for row in rows if not row.get("_fivetran_deleted")}


def at_time(landed: list[Row], key: str, at: datetime) -> dict[str, Row]:
    return state(landed, key, "updated_at", at)


def names_of(source: Source, at: datetime) -> dict[str, str]:
    rows = [{**row, "is_deleted": None} for row in source.tables["account_history"]]
    return {key: row["name"] for key, row in state(rows, "id", "valid_from", at).items()}


def interrupt(source: Source, rng: random.Random) -> None:
    """Land, and break off after some of the entities."""
    write, left = PendingLoad.write, rng.randint(0, 2)

    def broken(*args: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return write(*args, **options)

    before = source.store.loads()
    with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(PendingLoad, "write", broken)
        source.land(accept_deletions=True)
        return  # less was new
    assert source.store.loads() == before


def check(source: Source, number: int, seen: dict[int, dict[str, tuple[Any, ...] | None]]) -> None:
    """The source says the same as what was landed, at each time at which one landed."""
    there = tickets_of(source)
    tickets = source.landed("support_tickets")
    known = {row["ticket_id"]: None for row in tickets}
    seen[number] = {**known, **there}
    assert {key: said(row) for key, row in at_time(tickets, "ticket_id", END).items()} == there
    for past, then in seen.items():
        found = at_time(tickets, "ticket_id", hour(past))
        # of a ticket that nobody had heard of, the past may come later
        for key, what in then.items():
            assert (said(found[key]) if key in found else None) == what, (past, key)
    ids = sorted(int(row["ticket_event_id"]) for row in source.landed("support_ticket_events"))
    assert ids == [row["id"] for row in source.tables["change"]]
    accounts = source.landed("crm_accounts")
    for time in range(2 * SYNCS + 1):
        names = {
            key: row["name"] for key, row in at_time(accounts, "account_id", hour(time)).items()
        }
        assert names == names_of(source, hour(time))


@pytest.mark.parametrize("seed", [0, *map(nightly, range(1, 60))])
def test_what_was_landed_says_what_the_source_said(
    tmp_path: Path, contract: Contract, seed: int
) -> None:
    rng = random.Random(seed)  # noqa: S311 - a case, not a secret
    source = Source(tmp_path / "desk.duckdb", LandingStore(tmp_path / "landing", contract))
    loader = Loader(source, rng)
    seen: dict[int, dict[str, tuple[Any, ...] | None]] = {}
    for number in range(1, SYNCS + 1):
        loader.sync(number)
        if number < SYNCS and rng.random() < 0.4:
            continue
        if rng.random() < 0.3:
            interrupt(source, rng)
        source.land(accept_deletions=True)
        loader.landed += [dict(row) for row in source.tables["ticket"]]
        check(source, number, seen)
        assert source.land(accept_deletions=True).load_id is None
        if rng.random() < 0.2:
            source.store.undo_last()
            source.land(accept_deletions=True)
            check(source, number, seen)
