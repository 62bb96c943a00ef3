"""The whole line, killed at random moments: what is published is as if nothing had happened.

On a push test_dbt_builds.py kills a build, and test_publish_faults.py a publish.
"""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from product_health.check.results import Verdict
from product_health.cli import main
from publish_reader import whole_run
from published_line import Line, Watch, differences, shortened, watched
from publishing_desk import Desk, set_up
from strategies_rows import seeded

# Every mart has rows, and the check finds no error.
SIZE = ("--seed", "7", "--accounts", "30", "--days", "120")
MANY_KILLS = 500
# What takes longest is killed least often, and seldom with the tests of dbt.
MIX = ("build", "check", "check", "publish", "publish")
TYPED_EVERY = 50
FROM_NOTHING = 0.25
WARM, TYPED = "warm", "typed"
MANY_TYPED = range(0, MANY_KILLS, TYPED_EVERY)


@dataclass(frozen=True)
class Case:
    """A line, what it publishes and finds undisturbed, and a warehouse of other rows."""

    line: Line
    expected: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    earlier: Path
    watch: Watch

    def check(self) -> None:
        """See that nobody ever reads anything but a whole set."""
        assert not whole_run(self.line.desk.sets.root)[1]
        assert not self.watch.told()

    def prepare(self, step: str) -> None:
        """Let people read other rows, and the steps before one be done."""
        put_earlier(self.line, self.earlier)
        if step != "build":
            self.line.put_back()
        if step == "check":
            self.line.forget_check()

    def kill(self, step: str, rng: random.Random) -> None:
        """Kill a step: what is read stays as it is, or the step was done."""
        old = self.line.numbers()
        self.line.kill(step, rng)
        self.check()
        if step == "publish":
            found = self.line.numbers()
            assert not differences(found, old) or not differences(found, self.expected)
        else:
            self.check_what_it_left(step, old)

    def check_what_it_left(self, step: str, old: dict[str, Any]) -> None:
        """See that what a killed build or check left is published only where it was done."""
        found = self.line.verdicts() if step == "check" else ()
        assert found in ((), self.verdicts)
        code, said = self.line.attempt("publish")
        # a build that was killed before its first word left what had been built before
        assert step == "build" or (code == 0) == bool(found), said
        assert not differences(self.line.numbers(), self.expected if found else old)

    def recover(self, step: str) -> None:
        """Run a step and those after it: all is as if nothing had happened."""
        self.line.run_from(step)
        assert not differences(self.line.numbers(), self.expected)
        # what killed runs were writing or removing
        assert not list(self.line.desk.sets.root.glob(".[bgn]*"))
        self.check()


def put_earlier(line: Line, earlier: Path) -> None:
    """Let people read other rows, and the warehouse hold them."""
    line.begin_anew(earlier)
    line.desk.pass_gate()
    line.desk.publish()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """What a small company has landed."""
    folder = tmp_path_factory.mktemp("company") / "landing"
    with contextlib.chdir(root):
        written = CliRunner().invoke(main, ["demo", *SIZE, "--out", str(folder)])
    assert written.exit_code == 0, written.output
    return folder


@pytest.fixture(scope="module")
def case(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    root: Path,
    cache: Path,
    company: Path,
) -> Iterator[Case]:
    """The line after a run from nothing; eight read."""
    folder = tmp_path_factory.mktemp("line")
    line = Line(desk_in(folder, root, cache, company), is_typed=request.param == TYPED)
    line.run_from("build")
    line.keep()
    expected, verdicts = line.numbers(), line.verdicts()
    assert all(count for name, ((count, *_), *_) in expected.items() if name.startswith("marts."))
    earlier = shortened(line.desk.warehouse, folder / "earlier.duckdb")
    put_earlier(line, earlier)
    marts = {name for name in expected if name.startswith("marts.")}
    assert marts <= {told.partition(": ")[0] for told in differences(line.numbers(), expected)}
    with watched(line.desk, folder / "readers") as watch:
        yield Case(line, expected, verdicts, earlier, watch)


def desk_in(folder: Path, root: Path, cache: Path, company: Path) -> Desk:
    """Make a project in a folder, in which nothing but the company has been landed."""
    for name in ("project", "warehouse", "readers"):
        (folder / name).mkdir()
    (folder / "project" / "landing").symlink_to(company)
    return set_up(folder / "project", root, folder / "warehouse" / "product_health.duckdb", cache)


@pytest.mark.faults
@pytest.mark.parametrize("case", [WARM], indirect=True)
@pytest.mark.parametrize("seed", sorted(set(range(MANY_KILLS)) - set(MANY_TYPED)))
def test_a_killed_line_runs_again_as_if_nothing_had_happened(case: Case, seed: int) -> None:
    check_killed(case, seed)


@pytest.mark.faults
@pytest.mark.parametrize("case", [TYPED], indirect=True)
@pytest.mark.parametrize("seed", MANY_TYPED)
def test_a_killed_line_as_people_type_it(case: Case, seed: int) -> None:
    check_killed(case, seed)


def check_killed(case: Case, seed: int) -> None:
    """Kill a step at a random moment, and run the line from there."""
    step, rng = MIX[seed % len(MIX)], seeded(f"line-{seed}")
    case.prepare(step)
    if step == "build" and rng.random() < FROM_NOTHING:
        case.line.begin_anew(None)
    case.kill(step, rng)
    case.recover(step)
