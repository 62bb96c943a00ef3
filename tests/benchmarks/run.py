"""Measure what the warehouse costs and write RESULTS.md.

Landing folders stay below --work for the next time.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from benches import Bench, build, day, equality, large
from commands import commands
from landing import landing
from measure import ROOT
from results import Benchmark, keep, write_page

BENCHES: dict[str, Callable[[Bench], Benchmark]] = {
    "large": large,
    "day": day,
    "landing": landing,
    "build": build,
    "commands": commands,
    "equality": equality,
}


@click.command(help=__doc__)
@click.option("--events", default=50.0, show_default=True, help="Millions of events of `large`.")
@click.option("--only", type=click.Choice(list(BENCHES)), help="Measure one, keep the others.")
@click.option("--date", help="Stands in the page, if given.")
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".warehouse" / "benchmarks",
    help="Folder for landing folders and databases, about 20 GB for 50 million events.",
)
def run(events: float, only: str | None, date: str | None, work: Path) -> None:
    """Run the benchmarks and write the page."""
    bench = Bench(work.resolve(), events)
    for name in [only] if only else BENCHES:
        click.echo(f"{name} ...")
        keep(work / "results", name, _with_load(BENCHES[name], bench))
    click.echo(write_page(work / "results", list(BENCHES), date).read_text(encoding="utf-8"))


def _with_load(benchmark: Callable[[Bench], Benchmark], bench: Bench) -> Benchmark:
    """Tell also how busy the machine was with other work: times on a busy one say little."""
    load, _, _ = os.getloadavg()
    found = benchmark(bench)
    told = f"{found.circumstances} Load average before it: {load:.1f}."
    return replace(found, circumstances=told)


if __name__ == "__main__":
    run()
