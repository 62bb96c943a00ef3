"""What the commands cost on the demo, and a check on a large company, in a clone of the project."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benches import Bench
from landings import demo, events
from measure import ROOT, Cost, run_measured
from results import GIGABYTE, Answer, Benchmark
from warehouse import BIN, NO_TESTS

MOST_SECONDS = {"check": 20, "publish": 5, "report": 15}
MOST_REVIEW_SECONDS = 15
MOST_CHECK_GIGABYTES = 1
ROUNDS = 3
DATABASE = Path(".warehouse/product_health.duckdb")
KEPT = Path("target/product_health")
# The change that is reviewed: from what score on somebody is a promoter.
RULE = Path("macros/definitions/nps_category.sql")
THRESHOLD = re.compile(r">= \d+ then 'promoter'")


@dataclass(frozen=True)
class Clone:
    """The project as it was committed, in a folder of its own, with what was landed."""

    folder: Path

    def run(self, *command: str) -> Cost:
        """Run a command in it, by the tools of this environment."""
        name, *arguments = command
        return run_measured([BIN / name, *arguments], self._environment, self.folder)

    @property
    def _environment(self) -> Mapping[str, str]:
        return {"PRODUCT_HEALTH_DATABASE": str(self.folder / DATABASE)}

    def review(self, threshold: int) -> Cost:
        """Change a rule, and review that."""
        path = self.folder / RULE
        text = THRESHOLD.sub(f">= {threshold} then 'promoter'", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
        return self.run("product-health", "review", "--base", "HEAD")


def commands(bench: Bench) -> Benchmark:
    """Check, publish, report and review the demo; check a large company."""
    landing = demo(bench.work / "landing-demo")
    clone = _clone(bench.work / "clone", landing)
    clone.run("dbt", "--quiet", "build")
    costs = {
        name: [clone.run("product-health", name) for _ in range(ROUNDS)] for name in MOST_SECONDS
    }
    return Benchmark(
        "Commands on the demo",
        f"{events(landing):,} events, built. Each is a process from its start to its end, median of"
        f" {ROUNDS}. The review is of a branch that changes who is a promoter.",
        [
            *(_within(f"`{name}`", costs[name], MOST_SECONDS[name]) for name in MOST_SECONDS),
            *_reviews(clone),
            _large_check(bench),
        ],
    )


def _clone(folder: Path, landing: Path) -> Clone:
    shutil.rmtree(folder, ignore_errors=True)
    command = [shutil.which("git") or "git", "clone", "--quiet", str(ROOT), str(folder)]
    subprocess.run(command, check=True)  # noqa: S603 - commands of the project itself
    (folder / "landing").symlink_to(landing)
    (folder / DATABASE).parent.mkdir()
    return Clone(folder)


def _reviews(clone: Clone) -> list[Answer]:
    edited = [clone.review(threshold) for threshold in range(8, 8 - ROUNDS, -1)]
    again = [clone.review(8 - ROUNDS + 1) for _ in range(ROUNDS)]
    return [
        _within("`review` after an edit", edited, MOST_REVIEW_SECONDS),
        _within("`review` again", again, MOST_REVIEW_SECONDS),
        _within(
            "`review` where nothing of either side was kept",
            [_forgetful_review(clone) for _ in range(ROUNDS)],
            MOST_REVIEW_SECONDS,
        ),
    ]


def _forgetful_review(clone: Clone) -> Cost:
    shutil.rmtree(clone.folder / KEPT)
    return clone.review(8)


def _within(question: str, costs: list[Cost], limit: int) -> Answer:
    seconds = median(cost.seconds for cost in costs)
    most = max(cost.peak_bytes for cost in costs) / GIGABYTE
    return Answer(question, f"{seconds:.1f} s, {most:.1f} GB", f"{limit} s", seconds <= limit)


def _large_check(bench: Bench) -> Answer:
    landing = demo(bench.work / f"landing-{bench.millions:g}", "--scale", bench.millions)
    clone = _clone(bench.work / "clone-large", landing)
    clone.run("dbt", "--quiet", "build", *NO_TESTS)
    cost = clone.run("product-health", "check")
    return Answer(
        f"`check` of {events(landing):,} events",
        f"{cost.peak_bytes / GIGABYTE:.2f} GB, {cost.seconds:.0f} s",
        f"{MOST_CHECK_GIGABYTES} GB",
        cost.peak_bytes < MOST_CHECK_GIGABYTES * GIGABYTE,
    )
