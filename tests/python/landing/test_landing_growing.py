"""A file that is still being written: nothing of it is landed that is not whole, or it is told."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from landing_door import Door
from product_health.errors import UserError
from product_health.landing.request import Reading, Request
from product_health.landing.run import land
from product_health.landing.sources import Progress

HEADER = "event_id,actor_id,event_name,occurred_at\n"
CHANGED = r"events\.csv: changed while it was read, .*: land it again when it is whole"
NO_LINE_END = "its last line has no line end"
# Appends a whole line, and a part of the next, until it is told to stop; then it ends the line.
WRITER = """
import sys
from pathlib import Path
from itertools import count

file, stop, header = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
with file.open("w", encoding="utf-8") as out:
    out.write(header)
    for number in count():
        line = f"e{number},a{number % 7},login,2026-01-05 10:00:{number % 60:02d}\\n"
        out.write(line[:-9])
        out.flush()
        is_last = stop.exists()
        out.write(line[-9:])
        out.flush()
        if is_last:
            break
"""


def line(number: int) -> str:
    return f"e{number},a{number % 7},login,2026-01-05 10:00:{number % 60:02d}\n"


def whole(rows: int) -> str:
    return HEADER + "".join(line(number) for number in range(rows))


@dataclass
class Meddler:
    """Shows no progress, and changes the file when one of the steps begins."""

    step_of_change: int
    change: Callable[[], object]
    steps: int = 0

    @contextmanager
    def step(self, text: str, total: int | None = None) -> Iterator[Progress]:
        assert text
        assert total is None or total > 0
        if self.steps == self.step_of_change:
            self.change()
        self.steps += 1
        yield lambda _done: None


def append(file: Path) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write(line(500))


def rewrite(file: Path) -> None:
    file.write_text(whole(500).replace("login", "click"), encoding="utf-8")


def replaced(file: Path) -> None:
    other = file.with_name("other.csv")
    other.write_text(whole(500).replace("login", "click"), encoding="utf-8")
    other.replace(file)


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("change", [append, rewrite, replaced])
def test_a_file_that_changes_while_it_is_read(
    door: Door, step: int, change: Callable[[Path], None]
) -> None:
    file = door.file("events.csv", whole(500))
    request = Request("usage_events", (str(file),), Reading())
    with pytest.raises(UserError, match=CHANGED):
        land(request, door.store, Meddler(step, lambda: change(file)))
    assert door.store.loads() == []
    assert not list(door.store.root.glob(".tmp-*"))
    rows = door.landed("usage_events", "--from", file)
    assert [HEADER.strip(), *map(_text, rows)] == file.read_text().splitlines()


def test_another_file_of_a_pattern_appears_while_they_are_read(door: Door) -> None:
    door.file("events.csv", whole(500))
    door.landed("usage_events", "--from", "events.csv")
    landed = next(door.store.load_dir(1).glob("usage_events.parquet"))
    first = door.folder / "part-1.parquet"
    first.write_bytes(landed.read_bytes())
    second = door.folder / "part-2.parquet"
    request = Request(
        "usage_events",
        (str(door.folder / "part-*.parquet"),),
        Reading(),
        again=True,
        unparsed_ok=True,
    )
    meddler = Meddler(2, lambda: second.write_bytes(first.read_bytes()))
    with pytest.raises(UserError, match=r"part-2\.parquet: changed while it was read"):
        land(request, door.store, meddler)
    assert len(door.store.loads()) == 1


def test_a_file_that_another_process_appends_to(door: Door) -> None:
    file, stop = door.folder / "events.csv", door.folder / "stop"
    command = [sys.executable, "-c", WRITER, str(file), str(stop), HEADER]
    with subprocess.Popen(command) as writer:  # noqa: S603 - nothing here comes from outside
        try:
            while not file.exists() or file.stat().st_size < 100_000:
                assert writer.poll() is None
            for _ in range(3):
                told = door.refused("usage_events", "--from", file)
                assert "changed while it was read" in told, told
        finally:
            stop.touch()
    rows = door.landed("usage_events", "--from", file)
    assert [HEADER.strip(), *map(_text, rows)] == file.read_text().splitlines()
    assert len({row["event_id"] for row in rows}) == len(rows)


def _text(row: dict[str, object]) -> str:
    return ",".join(str(row[name]) for name in HEADER.strip().split(","))


# Places in the last two lines at which a writer may have paused.
@pytest.mark.parametrize("missing", [1, *range(2, 2 * len(line(8)) + 1, 5), len(line(8))])
def test_a_file_whose_last_line_is_half_written(door: Door, missing: int) -> None:
    text = whole(9)
    file = door.file("events.csv", text[:-missing])
    result = door.land("usage_events", "--from", file)
    if result.exit_code:
        assert "its last line is cut off" in result.stderr
        assert "when it is whole" in result.stderr
        assert door.store.loads() == []
    elif NO_LINE_END in result.stdout:
        assert result.stdout.count("\n") > 1
        assert door.land("--undo").exit_code == 0
    else:
        assert text.startswith("\n".join([HEADER.strip(), *map(_text, door.rows("usage_events"))]))
        assert text[-missing - 1] == "\n"
    file.write_text(text, encoding="utf-8")
    rows = door.landed("usage_events", "--from", file)
    assert [HEADER.strip(), *map(_text, rows)] == text.splitlines()


def test_a_last_line_that_is_no_row_is_landed_where_that_is_wanted(door: Door) -> None:
    file = door.file("events.csv", whole(9) + "(9 rows)")
    assert "'(9 aaaa)'" in door.refused("usage_events", "--from", file)
    rows = door.landed("usage_events", "--from", file, "--unparsed-ok")
    assert rows[-1]["raw_text"] is not None
    assert len(rows) == 10


def test_a_json_line_that_is_half_written(door: Door) -> None:
    row = (
        '{"event_id": "e%d", "actor_id": "a", "event_name": "x", "occurred_at": "2026-01-05T10:00"}'
    )
    text = "\n".join(row % number for number in range(3))
    for missing in range(1, 80, 20):
        file = door.file("events.jsonl", text[:-missing])
        assert "its last line is cut off" in door.refused("usage_events", "--from", file)
    file.write_text(text, encoding="utf-8")
    result = door.land("usage_events", "--from", file)
    # an object that parses is whole, with a line end or without
    assert (result.exit_code, NO_LINE_END in result.stdout) == (0, False)
