"""Landing where there is no room: nothing is landed, and it is told in a sentence."""

import shutil
from pathlib import Path

import pytest

from landing_door import Door
from small_disk import small_disk

ROOM = 2**28
ROWS = 20_000


@pytest.mark.parametrize("share", [0, 0.2, 0.6])
def test_no_room_for_a_load(door: Door, tmp_path: Path, share: float) -> None:
    lines = (f"e{n},a{n % 97},login,2026-01-05 10:00:00\n" for n in range(ROWS))
    text = "event_id,actor_id,event_name,occurred_at\n" + "".join(lines)
    file = door.file("events.csv", text)
    empty = tmp_path / "empty"
    door.store.root.rename(empty)
    with small_disk(door.store.root, ROOM) as disk:
        shutil.copytree(empty, door.store.root, dirs_exist_ok=True)
        # the rows of a CSV stand beside the load until they are in it
        disk.resize(disk.used + int(share * len(text)))
        assert "space" in door.refused("usage_events", "--from", file)
        disk.resize(ROOM)
        assert len(door.landed("usage_events", "--from", file)) == ROWS
