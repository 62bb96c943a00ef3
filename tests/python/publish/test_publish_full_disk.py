"""Publishing and building on a disk that is full for real; what runs anywhere limits file sizes."""

import re
from pathlib import Path

import pytest

from nightly import nightly
from publish_reader import whole_run
from published_line import Line, differences
from publishing_desk import Desk
from small_disk import small_disk

ROOM = 2**30
NOT_PUBLISHED = "error: not published, and people read what they read before: .*\n"


@pytest.mark.parametrize("share", [0, 0.8, *map(nightly, (0.02, 0.4, 0.95))])
def test_no_room_for_the_next_set(desk: Desk, share: float) -> None:
    with small_disk(desk.sets.root, ROOM) as disk:
        card = desk.publish()
        before, size = desk.bytes_read(), disk.used
        disk.resize(size + int(share * size))
        code, said, errors = desk.call()
        assert (code, said) == (1, "")
        assert re.fullmatch(NOT_PUBLISHED, errors)
        assert desk.bytes_read() == before
        assert whole_run(desk.sets.root) == (card.run_id, [])
        disk.resize(ROOM)
        assert desk.call()[0] == 0
        assert whole_run(desk.sets.root)[0] > card.run_id


@pytest.mark.faults
@pytest.mark.parametrize("size", [2**16, 2**24, 2**26])
def test_no_room_for_the_warehouse(desk: Desk, root: Path, size: int) -> None:
    line = Line(desk, is_typed=False)
    (desk.folder / "landing").symlink_to(root / "landing")
    desk.publish()
    expected, before = line.numbers(), desk.bytes_read()
    line.begin_anew(None)
    with small_disk(desk.warehouse.parent, size) as disk:
        process = line.start("build")
        said, _ = process.communicate()
        assert process.returncode
        assert "ERROR" in said or "Error" in said
        code, _, errors = desk.call()
        assert (code, errors.count("\n")) == (1, 1), errors
        assert errors.startswith("error: not published: ")
        assert desk.bytes_read() == before
        disk.resize(ROOM)
        line.run("build")
        desk.pass_gate()
        line.run("publish")
        assert not differences(line.numbers(), expected)
