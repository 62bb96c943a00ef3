"""A check that has no room for what it writes."""

import pytest

from checked_project import Checked
from nightly import nightly
from product_health.check.results import RESULT
from small_disk import small_disk

ROOM = 2**26


@pytest.mark.parametrize("size", [2**15, *map(nightly, (4096, 2**16))])
def test_no_room_for_what_a_check_says(checked: Checked, size: int) -> None:
    target = checked.folder / "target"
    with small_disk(target, size) as disk:
        answer = checked()
        assert answer.exit_code == 1
        (told,) = (line for line in answer.said.splitlines() if line.startswith("error: "))
        assert answer.said.endswith(f"{told}\n")
        assert "No space left on device" in told
        # half a result would be taken for the word of a check
        assert not (checked.folder / RESULT).exists()
        disk.resize(ROOM)
        answer = checked()
        assert (answer.exit_code, answer.failed) == (0, {})
