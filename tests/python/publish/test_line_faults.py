"""The whole line, killed at random moments: what is published is as if nothing had happened."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publish_reader import whole_run
from published_line import STEPS, Line, Watch, differences, shortened, watched
from publishing_desk import Desk, set_up
from strategies_rows import seeded

# Where nobody has measured them; a step that ends before its moment is killed earlier.
USUAL_SECONDS = {"build": 20.0, "check": 10.0, "publish": 1.5}
# With the kills of test_publish_faults.py and test_dbt_builds.py these are 20 in `make test`.
FEW_KILLS = {"build": 1, "check": 2, "publish": 12}
MANY_KILLS = 500
# What takes longest is killed least often.
FROM_NOTHING = 0.25
MIX = ("build", "check", "check", "publish", "publish")


@dataclass(frozen=True)
class Case:
    """A line, the numbers that it publishes undisturbed, and a warehouse of other rows."""

    line: Line
    expected: dict[str, Any]
    earlier: Path
    watch: Watch

    def check(self) -> None:
        """See that nobody ever reads anything but a whole set."""
        assert not whole_run(self.line.desk.sets.root)[1]
        assert not self.watch.told()


@pytest.fixture(scope="module")
def desk_of_line(
    tmp_path_factory: pytest.TempPathFactory, root: Path, built: Path, cache: Path
) -> Desk:
    """A project that is built from the same landed files, with a copy of what was built."""
    if not (root / "landing").is_dir():
        pytest.skip("nothing has been landed")
    folder = tmp_path_factory.mktemp("line")
    for name in ("project", "warehouse", "readers"):
        (folder / name).mkdir()
    warehouse = folder / "warehouse" / "product_health.duckdb"
    shutil.copy(built, warehouse)
    (folder / "project" / "landing").symlink_to(root / "landing")
    return set_up(folder / "project", root, warehouse, cache)


def put_earlier(line: Line, earlier: Path) -> None:
    """Let people read other rows, and the warehouse hold them."""
    line.begin_anew(earlier)
    line.desk.pass_gate()
    line.desk.publish()


@pytest.fixture(scope="module")
def case(desk_of_line: Desk) -> Iterator[Case]:
    """The line without the tests of dbt, on what `make test` has built."""
    desk_of_line.publish()
    with disturbed(Line(desk_of_line, is_tested=False, seconds=dict(USUAL_SECONDS))) as found:
        yield found


@pytest.fixture(scope="module")
def typed_case(desk_of_line: Desk) -> Iterator[Case]:
    """The line as people type it, measured on a run from nothing."""
    line = Line(desk_of_line, is_tested=True)
    line.begin_anew(None)
    line.run_from("build")
    line.keep()
    with disturbed(line) as found:
        yield found


@contextmanager
def disturbed(line: Line) -> Iterator[Case]:
    """Take the numbers that a line has published, publish others, and let eight read."""
    folder = line.desk.folder.parent
    expected = line.numbers()
    earlier = shortened(line.desk.warehouse, folder / "earlier.duckdb")
    put_earlier(line, earlier)
    marts = {name for name in expected if name.startswith("marts.")}
    assert marts <= {told.partition(": ")[0] for told in differences(line.numbers(), expected)}
    with watched(line.desk, folder / "readers") as watch:
        yield Case(line, expected, earlier, watch)


def test_a_line_that_is_killed_again_and_again(case: Case) -> None:
    line, rng = case.line, seeded("line")
    old = line.numbers()
    for step in STEPS:
        for _ in range(FEW_KILLS[step]):
            line.forget_check(step)
            line.kill(step, rng)
            case.check()
            if step == "build":
                # refused, unless nothing had been written yet
                line.desk.call()
            if step == "check":
                # killed after its last word, it was done all the same
                assert (line.desk.call()[0] == 0) == line.has_checked()
                old = case.expected if line.has_checked() else old
            if step != "publish":
                assert not differences(line.numbers(), old), f"{step} was not done"
        line.run(step)
    assert not differences(line.numbers(), case.expected)
    case.check()
    assert len(case.watch.seen()) > 1


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(MANY_KILLS))
def test_a_killed_line_runs_again_as_if_nothing_had_happened(typed_case: Case, seed: int) -> None:
    line, rng, step = typed_case.line, seeded(f"line-{seed}"), MIX[seed % len(MIX)]
    put_earlier(line, typed_case.earlier)
    old = line.numbers()
    if step != "build":
        line.put_back()
    elif rng.random() < FROM_NOTHING:
        line.begin_anew(None)
    line.kill(step, rng)
    typed_case.check()
    published = line.numbers()
    assert not differences(published, old) or not differences(published, typed_case.expected)
    line.run_from(step)
    assert not differences(line.numbers(), typed_case.expected)
    typed_case.check()
