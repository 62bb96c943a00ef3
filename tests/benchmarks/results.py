"""Results as a page: one table of what was asked, and where the time goes."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE / "RESULTS.md"
GIGABYTE = 1e9


@dataclass(frozen=True)
class Answer:
    """A number held against its limit; without a limit it is only reported."""

    question: str
    measured: str
    limit: str = ""
    is_kept: bool | None = None

    def row(self) -> str:
        """Give the row of the table."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.is_kept]
        return f"| {self.question} | {self.measured} | {self.limit} | {verdict} |"


@dataclass(frozen=True)
class Benchmark:
    """What one benchmark found: answers, and seconds by what they were spent on."""

    title: str
    circumstances: str
    answers: Sequence[Answer]
    seconds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def keep(folder: Path, name: str, benchmark: Benchmark) -> None:
    """Store a benchmark, so that the page can be written when only another one has run."""
    folder.mkdir(parents=True, exist_ok=True)
    document = json.dumps(asdict(benchmark), indent=1)
    (folder / f"{name}.json").write_text(document, encoding="utf-8")


def write_page(folder: Path, names: Sequence[str], date: str | None) -> Path:
    """Write RESULTS.md from all stored benchmarks; returns its path."""
    files = [folder / f"{name}.json" for name in names]
    stored = [_loaded(file) for file in files if file.exists()]
    lines = [
        "# What the warehouse costs",
        "",
        "Written by `make bench` (`python tests/benchmarks/run.py`); do not edit.",
        f"Machine: {machine()}.{f' Date: {date}.' if date else ''}",
        *(line for benchmark in stored for line in _section(benchmark)),
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return PAGE


def machine() -> str:
    """Describe what the numbers depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE
    limit = os.environ.get("PRODUCT_HEALTH_MEMORY_LIMIT", "4GB")
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory,"
        f" DuckDB limited to {limit}; Python {platform.python_version()},"
        f" DuckDB {version('duckdb')}, dbt-core {version('dbt-core')},"
        f" dbt-duckdb {version('dbt-duckdb')}"
    )


def _loaded(file: Path) -> Benchmark:
    document = json.loads(file.read_text(encoding="utf-8"))
    answers = [Answer(**answer) for answer in document.pop("answers")]
    return Benchmark(answers=answers, **document)


def _section(benchmark: Benchmark) -> list[str]:
    return [
        "",
        f"## {benchmark.title}",
        "",
        benchmark.circumstances,
        "",
        "| What | Measured | Limit | Kept |",
        "| --- | --- | --- | --- |",
        *(answer.row() for answer in benchmark.answers),
        *(line for title, table in benchmark.seconds.items() for line in _times(title, table)),
    ]


def _times(title: str, seconds: Mapping[str, float]) -> list[str]:
    return [
        "",
        f"| {title} | Seconds |",
        "| --- | --- |",
        *(f"| `{name}` | {value:.1f} |" for name, value in seconds.items()),
    ]
