"""The landing folder: whole loads or none, ids used once, nothing left of what was killed."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from product_health.contract import CONTRACT_FILE, Contract
from product_health.errors import UserError
from product_health.landing import store as store_module
from product_health.landing.parse import describe, strict_select
from product_health.landing.store import LandingStore, PendingLoad

EVENTS = (
    "select 'e' || range as event_id, 'ann' as actor_id, 'click' as event_name, "
    "timestamp '2026-01-01' + to_hours(range::int) as occurred_at from range({rows})"
)
RECEIVED = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, contract: Contract) -> LandingStore:
    """A landing folder that is not there yet."""
    return LandingStore(tmp_path / "landing", contract)


def write(pending: PendingLoad, rows: int = 3, entity: str = "usage_events", **more: Any) -> None:
    """Write events to a load."""
    source = EVENTS.format(rows=rows)
    with duckdb.connect() as connection:
        select = strict_select(
            pending.contract.entities[entity],
            source,
            received_at=RECEIVED,
            columns=describe(connection, source),
        )
        fixed = {"source_name": "test", "fingerprint": "f", **more}
        pending.write(connection, entity, select, **fixed)


def land(store: LandingStore, **more: Any) -> int | None:
    """Land events as a load and return its id."""
    with store.begin_load() as pending:
        write(pending, **more)
    return pending.load_id


def test_every_entity_has_a_zero_row_file_of_the_contract_s_types(
    store: LandingStore, contract: Contract
) -> None:
    store.ensure()
    with duckdb.connect() as connection:
        for entity in contract.entities.values():
            file = store.load_dir(0) / f"{entity.name}.parquet"
            source = f"select * from read_parquet('{file}', hive_partitioning = false)"
            wanted = {c.name: c.duckdb_type for c in entity.file_columns}
            assert describe(connection, source) == wanted
            assert connection.execute(f"select count(*) from ({source})").fetchall() == [(0,)]
    assert store.loads() == []


def test_missing_zero_row_file_comes_back(store: LandingStore) -> None:
    store.ensure()
    lost = store.load_dir(0) / "tool_access.parquet"
    lost.unlink()
    store.ensure()
    assert lost.exists()


def test_register(store: LandingStore) -> None:
    with store.begin_load() as pending:
        write(pending)
        write(pending, rows=0, entity="support_ticket_events", complete_until=RECEIVED)
    rows = store.loads()
    assert [(row["load_id"], row["entity"], row["row_count"]) for row in rows] == [
        (1, "support_ticket_events", 0), (1, "usage_events", 3)
    ]  # fmt: skip
    assert str(rows[0]["complete_until"]) == "2026-02-01 00:00:00"
    assert str(rows[1]["first_event_at"]) == "2026-01-01 00:00:00"
    assert rows[1]["last_event_at"] == rows[1]["complete_until"]
    assert sorted(path.name for path in store.load_dir(1).iterdir()) == [
        "_load.parquet", "support_ticket_events.parquet", "usage_events.parquet"
    ]  # fmt: skip


def test_exception_leaves_nothing(store: LandingStore) -> None:
    def interrupted() -> None:
        with store.begin_load() as pending:
            write(pending)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.loads() == []
    assert sorted(path.name for path in store.root.iterdir()) == [".lock", "loads"]


def test_load_without_rows_written_is_none(store: LandingStore) -> None:
    with store.begin_load() as pending:
        pass
    assert pending.load_id is None
    assert store.loads() == []


def test_entity_twice_in_a_load(store: LandingStore) -> None:
    with store.begin_load() as pending:
        write(pending)
        with pytest.raises(UserError, match="once"):
            write(pending)


def test_columns_that_are_not_the_contract_s(store: LandingStore) -> None:
    with (
        store.begin_load() as pending,
        duckdb.connect() as connection,
        pytest.raises(UserError, match="has not the contract's columns"),
    ):
        pending.write(connection, "usage_events", "select 1", source_name="t", fingerprint="f")


def test_undo_leaves_a_tombstone_and_its_id_is_not_used_again(store: LandingStore) -> None:
    land(store)
    land(store)
    assert [row["load_id"] for row in store.undo_last()] == [2]
    assert [path.name for path in store.load_dir(2).iterdir()] == ["_load.parquet"]
    assert land(store) == 3
    assert [row["load_id"] for row in store.undo_last()] == [3]
    assert [row["load_id"] for row in store.undo_last()] == [1]
    assert land(store) == 4
    assert [row["undone_at"] is None for row in store.loads()] == [False, False, False, True]


@pytest.mark.parametrize("step", ["before", "after"])
def test_undo_that_was_killed_is_finished_by_the_next(
    store: LandingStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    land(store)
    land(store)
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path.name.startswith(".tmp-") == (step == "before"):
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            store.undo_last()
    hidden = 1 if step == "before" else 2
    assert [row["load_id"] for row in store.loads()][-1] == hidden
    assert land(store) == 3
    undone = [row["undone_at"] is not None for row in store.loads()]
    assert undone == [False, step == "before", False]
    assert not list(store.root.glob(".undone-*"))


def test_repeat_is_refused_at_the_last_moment_too(store: LandingStore) -> None:
    def late() -> None:
        with store.begin_load(refuse_repeats=True) as pending:
            write(pending)
            land(store)

    with pytest.raises(UserError, match="landed before"):
        late()
    assert [row["load_id"] for row in store.loads()] == [1]


def test_many_at_once_get_an_id_each(store: LandingStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: land(store), range(12)))
    assert sorted(ids, key=str) == sorted(range(1, 13), key=str)
    assert [row["load_id"] for row in store.loads()] == list(range(1, 13))


def test_who_comes_second_waits(store: LandingStore) -> None:
    store.ensure()
    with ThreadPoolExecutor(1) as pool, (store.root / ".lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second = pool.submit(land, store)
        time.sleep(0.5)
        assert not second.done()
        fcntl.flock(held, fcntl.LOCK_UN)
        assert second.result(timeout=60) == 1


def test_leftover_is_cleared_but_a_load_under_way_is_not(store: LandingStore) -> None:
    store.ensure()
    leftover = store.root / ".tmp-killed"
    leftover.mkdir()
    with store.begin_load() as pending:
        assert not leftover.exists()
        land(store)
        assert pending.folder.exists()
        write(pending)
    assert pending.load_id == 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_killed_land_leaves_nothing_visible(
    tmp_path: Path, root: Path, store: LandingStore, how: signal.Signals
) -> None:
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / CONTRACT_FILE).parent.mkdir(parents=True)
    (tmp_path / CONTRACT_FILE).write_bytes((root / CONTRACT_FILE).read_bytes())
    row = json.dumps(
        {"event_id": "e", "actor_id": "a", "event_name": "c", "occurred_at": "2026-01-31"}
    )
    big = tmp_path / "big.jsonl"
    big.write_text((row + "\n") * 1_000_000)
    command = [sys.executable, "-m", "product_health", "land", "usage_events", "--from", str(big)]
    environment = {**os.environ, "PYTHONPATH": str(root / "scripts")}
    with subprocess.Popen(  # noqa: S603
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while not list(store.root.glob(".tmp-*/*/rows-*.jsonl")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(how)
        _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"Traceback" not in errors
    assert store.loads() == []
    assert land(store) == 1
    assert not list(store.root.glob(".tmp-*"))


def test_folder_that_cannot_be_used(tmp_path: Path, contract: Contract) -> None:
    (tmp_path / "landing").write_text("a file")
    with pytest.raises(UserError, match="cannot be used as landing folder"):
        LandingStore(tmp_path / "landing", contract).ensure()


def test_now_has_no_offset() -> None:
    assert store_module.now().tzinfo is None
