"""Publishing that is killed, that runs twice, on a full disk: readers see one whole set."""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

import publish_reader
from nightly import nightly
from product_health.publish.sets import KEPT
from publish_reader import whole_run
from publishing_desk import Desk
from strategies_rows import seeded

READERS = 8
UNDER_WAY = "error: another publish or rollback is under way: try again when it is done\n"
SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from product_health.cli import main
main(["publish"])
"""

A_DAY_LESS = """
    delete from marts.usage_daily_v1
    where date_day = (select max(date_day) from marts.usage_daily_v1)
"""


def test_a_killed_publish(desk: Desk) -> None:
    desk.publish()
    check_killed(desk, seeded("publish-0"))


@pytest.mark.faults
def test_many_killed_publishes(desk: Desk) -> None:
    desk.publish()
    for seed in range(1, 40):
        check_killed(desk, seeded(f"publish-{seed}"))


def check_killed(desk: Desk, rng: random.Random) -> None:
    """Kill a publish at a random moment: readers have the old set or the new, whole."""
    before, old = desk.bytes_read(), desk.sets.current_run()
    desk.change(A_DAY_LESS)
    process = desk.start()
    # most of what can go wrong lies between the first file and the link
    while process.poll() is None and not list(desk.sets.root.glob(".building-*")):
        time.sleep(0.005)
    time.sleep(rng.random() * 2)
    process.kill()
    process.communicate()
    run_id, wrong = whole_run(desk.sets.root)
    assert not wrong
    assert (run_id == old) == (desk.bytes_read() == before)
    card = desk.publish()
    assert whole_run(desk.sets.root) == (card.run_id, [])
    assert not list(desk.sets.root.glob(".[bgn]*"))


def test_readers_see_one_set_at_a_time(desk: Desk, tmp_path: Path) -> None:
    cards = [desk.publish()]
    stop = tmp_path / "stop"
    command = [sys.executable, publish_reader.__file__, str(desk.sets.root), str(stop)]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(READERS)
    ]
    try:
        for _ in range(2):
            desk.change(A_DAY_LESS)
            cards.append(desk.publish())
            time.sleep(1)
    finally:
        stop.touch()
        told = [reader.communicate() for reader in readers]
    assert [errors for _, errors in told if errors] == []
    seen = {line for said, _ in told for line in said.splitlines()}
    assert seen <= {card.run_id for card in cards}
    assert len(seen) > 1
    assert len({card.tables["marts.usage_daily_v1"] for card in cards}) == len(cards)


def test_a_reader_that_holds_on_goes_on_reading(desk: Desk) -> None:
    first = desk.publish()
    with duckdb.connect(str(desk.file), read_only=True) as connection:
        for _ in range(4):
            desk.change(A_DAY_LESS)
            last = desk.publish()
        assert first.run_id not in desk.sets.runs()
        found = connection.execute(
            "select run_id, (select count(*) from marts.usage_daily) from meta.publication"
        ).fetchall()
        assert found == [(first.run_id, first.tables["marts.usage_daily_v1"])]
        assert whole_run(desk.sets.root) == (last.run_id, [])


def test_two_publishes_at_once(desk: Desk) -> None:
    with desk.sets.locked():
        for option in ([], ["--rollback"]):
            assert desk.call(*option) == (1, "", UNDER_WAY)
    both = [desk.start(), desk.start()]
    told = [(*process.communicate(), process.returncode) for process in both]
    done = [said for said, _, code in told if code == 0]
    assert done
    assert all(errors == UNDER_WAY for _, errors, code in told if code)
    assert len(desk.sets.runs()) == len(done)
    assert not whole_run(desk.sets.root)[1]


def test_a_log_of_another_file_beside_the_path(desk: Desk, tmp_path: Path) -> None:
    card = desk.publish()
    log = desk.file.with_name(f"{desk.file.name}.wal")
    desk.file.parent.resolve().chmod(0o755)
    log.write_bytes(log_of_old_tables(tmp_path))
    try:
        seen = whole_run(desk.sets.root)
    except duckdb.Error as error:
        assert "WAL" in str(error)  # noqa: PT017 - either is right
    else:
        assert seen == (card.run_id, [])
    card = desk.publish()
    assert whole_run(desk.sets.root) == (card.run_id, [])
    assert not log.exists()


def log_of_old_tables(tmp_path: Path) -> bytes:
    """Give the log of a database with other rows, as a killed process leaves it."""
    file = tmp_path / "old" / "product_health.duckdb"
    file.parent.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as old (storage_version 'v1.4.0')")
        connection.execute("create schema old.meta; create table old.meta.tables (i int)")
        found = file.with_name(f"{file.name}.wal").read_bytes()
    assert found
    return found


@pytest.mark.parametrize("limit", [2**10, 5 * 2**20, *map(nightly, (2**20, 10 * 2**20))])
def test_a_full_disk(desk: Desk, limit: int) -> None:
    card = desk.publish()
    before = desk.bytes_read()
    with desk.environment():
        done = subprocess.run(  # noqa: S603 - nothing here comes from outside
            [sys.executable, "-c", SMALL_DISK, str(limit)],
            cwd=desk.folder,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert re.match("error: not published, and people read what they read before: ", done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert desk.bytes_read() == before
    assert desk.sets.runs() == [card.run_id]
    assert desk.call()[0] == 0


def test_an_old_set_that_stays_is_a_note(desk: Desk, tmp_path: Path) -> None:
    for _ in range(KEPT):
        desk.publish()
    oldest = desk.sets.folder(desk.sets.runs()[0])
    oldest.chmod(0o755)
    (oldest / "notes.txt").touch()
    (oldest.parent / "mine").mkdir()
    (oldest.parent / "link").symlink_to(tmp_path)
    code, said, errors = desk.call()
    assert (code, said[:10]) == (0, "published ")
    assert "note: " in errors
    assert "notes.txt, which publish did not write" in errors
    code, said, errors = desk.call("--list")
    assert (code, errors) == (0, "")
    assert said.endswith("left alone, because they are no sets: link, mine\n")


def test_rollback_takes_less_than_a_second(desk: Desk) -> None:
    first = desk.publish()
    before = desk.bytes_read()
    desk.change(A_DAY_LESS)
    second = desk.publish()
    # of the processor: other tests may run meanwhile
    begin = sum(os.times()[2:4])
    code, said, _ = desk.call("--rollback")
    took = sum(os.times()[2:4]) - begin
    assert (code, said) == (0, f"people read {first.run_id} again, not {second.run_id}\n")
    assert desk.bytes_read() == before
    assert whole_run(desk.sets.root) == (first.run_id, [])
    assert 0 < took < 1
