"""What is measured: a large company, one more day on histories of several lengths, the demo."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from baseline import HERE
from equality import differing_marts
from landings import demo, events, weekly, without_last_load
from measure import Cost, run_measured
from results import GIGABYTE, Answer, Benchmark
from warehouse import APPEND_MODELS, Project, Run

REPEATS = 7
MOST_TIMES_BASELINE = 1.5
MOST_GIGABYTES = 6
MOST_INCREMENT_SHARE = 0.08
MOST_DEMO_SECONDS = 90
# Days behind the one that is added.
SHORT, YEAR, LONG = 100, 365, 1000
HISTORY_SCALE = 16


@dataclass(frozen=True)
class Bench:
    """Where a benchmark works, and how large the large company is, in millions of events."""

    work: Path
    millions: float

    def project(self, landing: Path, name: str) -> Project:
        """Give the project with a database that does not exist yet."""
        return Project(landing, self.database(name), self.work / "target" / name)

    def database(self, name: str) -> Path:
        """Give the path of a database, with nothing there."""
        path = self.work / "databases" / f"{name}.duckdb"
        path.parent.mkdir(parents=True, exist_ok=True)
        for file in (path, path.with_suffix(".duckdb.wal")):
            file.unlink(missing_ok=True)
        return path


def equality(bench: Bench) -> Benchmark:
    """Hold the tables of the baseline against the project's on a small company."""
    landing = demo(bench.work / "landing-small", "--scale", 0.2)
    project = bench.project(landing, "small")
    project.build()
    by_hand = bench.database("small-by-hand")
    _build_by_hand(bench, landing, by_hand)
    return Benchmark(
        "Same tables on a small company",
        f"{events(landing):,} events.",
        [_same_tables(project.database, by_hand)],
    )


def large(bench: Bench) -> Benchmark:
    """Build all usage and adoption marts of a large company, also by hand; then add a day."""
    landing = demo(bench.work / f"landing-{bench.millions:g}", "--scale", bench.millions)
    project = bench.project(landing, "large")
    database = bench.database("large-by-hand")
    with without_last_load(landing):
        count = events(landing)
        by_hand, statements = _build_by_hand(bench, landing, database)
        full = project.build()
        same_tables = _same_tables(project.database, database)
    day = project.build()
    added = events(landing) - count
    return Benchmark(
        "From landed Parquet to all usage and adoption marts",
        f"{count:,} events in a database that is not there yet, deduplication and quarantine"
        f" included, without tests; then one more day of {added:,} events. The limits are"
        " meant for 50 million events.",
        [
            *_against_baseline(full.cost, by_hand),
            same_tables,
            _increment_share(_append(day), _append(full)),
            Answer(
                "One more day, all marts rebuilt",
                f"{day.cost.seconds:.0f} s, {day.cost.peak_bytes / GIGABYTE:.1f} GB",
            ),
            Answer(
                "Time of the full build in queries, over two threads", f"{full.query_seconds:.0f} s"
            ),
        ],
        {
            "Slowest models": {node.name: node.seconds for node in full.slowest(12)},
            "Slowest statements by hand": dict(
                sorted(statements.items(), key=lambda item: -item[1])[:12]
            ),
        },
    )


def day(bench: Bench) -> Benchmark:
    """Add the same day to histories of several lengths."""
    whole = demo(
        bench.work / f"landing-history-{HISTORY_SCALE}",
        *("--days", LONG + 1, "--scale", HISTORY_SCALE, "--tail-loads", 1),
    )
    landings = {
        days: weekly(whole, whole.with_name(f"{whole.name}-{days}"), days)
        for days in (SHORT, YEAR, LONG)
    }
    full = {days: _full_append(bench, landing, days) for days, landing in landings.items()}
    appended: dict[int, list[Run]] = {days: [] for days in landings}
    for _ in range(REPEATS):
        for days, landing in landings.items():
            appended[days].append(_append_again(bench, landing, days))
    increment = {days: median(_append(run) for run in runs) for days, runs in appended.items()}
    queries = {
        days: median(run.query_seconds_of(APPEND_MODELS) for run in runs)
        for days, runs in appended.items()
    }
    return Benchmark(
        "One more day",
        f"The same day, appended to histories of {SHORT}, {YEAR} and {LONG} days that came by the"
        " week: time of "
        f"{', '.join(f'`{name}`' for name in APPEND_MODELS)} one after the other, median of"
        f" {REPEATS} rounds.",
        [
            _increment_share(increment[YEAR], full[YEAR], f" to {YEAR} days"),
            Answer(
                f"With {LONG:,} days behind it against {SHORT}",
                f"{increment[LONG]:.2f} s against {increment[SHORT]:.2f} s,"
                f" {increment[LONG] / increment[SHORT]:.2f} times",
                "no dearer (within 10 %)",
                increment[LONG] <= 1.1 * increment[SHORT],
            ),
            *(
                Answer(
                    f"Full build of {days:,} days, {events(landing):,} events",
                    f"{full[days]:.1f} s, the day {increment[days]:.2f} s, of which queries"
                    f" {queries[days]:.2f} s",
                )
                for days, landing in landings.items()
            ),
        ],
    )


def build(bench: Bench) -> Benchmark:
    """Build the default demo with all its tests, as `dbt build` does, on a machine set up."""
    landing = demo(bench.work / "landing-demo")
    project = bench.project(landing, "demo")
    first = project.dbt("build")
    again = project.dbt("build")
    parse = project.dbt("parse")
    tests = [node for node in first.nodes if node.kind in {"test", "unit_test"}]
    return Benchmark(
        "`dbt build` of the demo, all tests included",
        f"{events(landing):,} events, {len(first.nodes)} nodes of which {len(tests)} are tests.",
        [
            Answer(
                "First build",
                f"{first.cost.seconds:.0f} s, {first.cost.peak_bytes / GIGABYTE:.1f} GB",
                f"{MOST_DEMO_SECONDS} s",
                first.cost.seconds <= MOST_DEMO_SECONDS,
            ),
            Answer("A second build of the same landing folder", f"{again.cost.seconds:.0f} s"),
            Answer("dbt alone: start, parse, write its files", f"{parse.cost.seconds:.0f} s"),
            Answer("Processor time of the first build", f"{first.cost.processor_seconds:.0f} s"),
            Answer("First build in queries, over two threads", f"{first.query_seconds:.0f} s"),
            Answer("Nodes, queries and dbt's work on them, over two threads", _busy(first)),
        ],
    )


def _busy(run: Run) -> str:
    return f"{sum(node.seconds for node in run.nodes):.0f} s"


def _build_by_hand(bench: Bench, landing: Path, database: Path) -> tuple[Cost, dict[str, float]]:
    times = bench.work / "by-hand.json"
    cost = run_measured([sys.executable, HERE / "baseline.py", landing, database, times])
    return cost, json.loads(times.read_text(encoding="utf-8"))


def _same_tables(project: Path, by_hand: Path) -> Answer:
    differing = differing_marts(project, by_hand)
    return Answer(
        "Marts that differ from those by hand", "; ".join(differing) or "0", "0", not differing
    )


def _against_baseline(dbt: Cost, by_hand: Cost) -> list[Answer]:
    ratio = dbt.seconds / by_hand.seconds
    return [
        Answer(
            "Time against the SQL by hand",
            f"{dbt.seconds:.0f} s against {by_hand.seconds:.0f} s, {ratio:.2f} times",
            f"{MOST_TIMES_BASELINE} times",
            ratio <= MOST_TIMES_BASELINE,
        ),
        Answer(
            "Processor time against the SQL by hand",
            f"{dbt.processor_seconds:.0f} s against {by_hand.processor_seconds:.0f} s,"
            f" {dbt.processor_seconds / by_hand.processor_seconds:.2f} times",
        ),
        Answer(
            "Most memory held",
            f"{dbt.peak_bytes / GIGABYTE:.1f} GB, by hand {by_hand.peak_bytes / GIGABYTE:.1f} GB",
            f"{MOST_GIGABYTES} GB",
            dbt.peak_bytes <= MOST_GIGABYTES * GIGABYTE,
        ),
    ]


def _increment_share(increment: float, full: float, behind: str = "") -> Answer:
    return Answer(
        f"One more day{behind}, as a share of the full build of the append models",
        f"{increment:.2f} s of {full:.1f} s, {increment / full:.1%}",
        f"{MOST_INCREMENT_SHARE:.0%}",
        increment <= MOST_INCREMENT_SHARE * full,
    )


def _append(run: Run) -> float:
    return run.seconds_of(APPEND_MODELS)


def _history(bench: Bench, landing: Path, days: int) -> Project:
    return Project(
        landing, bench.work / "databases" / f"history-{days}.duckdb", bench.work / "target" / "day"
    )


def _full_append(bench: Bench, landing: Path, days: int) -> float:
    """Build the append models in full without the last day, and keep that database."""
    bench.database(f"history-{days}")
    project = _history(bench, landing, days)
    with without_last_load(landing):
        full = project.build("--threads", "1", select=[f"+{name}" for name in APPEND_MODELS])
    shutil.copy(project.database, project.database.with_suffix(".before"))
    return _append(full)


def _append_again(bench: Bench, landing: Path, days: int) -> Run:
    """Add the last day to the database without it."""
    project = _history(bench, landing, days)
    shutil.copy(project.database.with_suffix(".before"), project.database)
    return project.build("--threads", "1", select=APPEND_MODELS)
