"""`product-health demo`: write a made-up company as landing data."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import click

from product_health import terminal
from product_health.contract import load_contract
from product_health.demo.build import EVENTS, TRUTH_FILE, build
from product_health.demo.params import Parameters, read_product
from product_health.errors import UserError
from product_health.files import LocalPath
from product_health.landing.store import LandingStore
from product_health.project import find_project

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

# There while a demo is being written, so that `make` writes an interrupted one again.
INCOMPLETE_FILE = "demo-incomplete"


@click.command()
@click.option("--seed", default=7, show_default=True, help="Same seed, same company.")
@click.option("--accounts", default=300, show_default=True, help="Customer accounts at scale 1.")
@click.option("--days", default=400, show_default=True, help="Days of history.")
@click.option("--scale", default=1.0, show_default=True, help="Multiplies the accounts.")
@click.option(
    "--start",
    default="2025-01-01",
    show_default=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day.",
)
@click.option(
    "--out",
    default="landing",
    show_default=True,
    type=LocalPath(file_okay=False),
    help="Landing folder.",
)
@click.option(
    "--tail-loads",
    type=int,
    help="One load up to the last N days, then each of them as a load of its own. "
    "Default: one big load, some weekly and at last some daily ones.",
)
@click.option("--first-loads", type=int, help="Write only the first N loads.")
@click.option(
    "--from-load",
    default=1,
    show_default=True,
    help="Write only the loads from this one on, to a folder that holds those before it.",
)
@click.option("--overwrite", is_flag=True, help="Replace what the landing folder holds.")
def demo(  # noqa: PLR0913, PLR0917
    seed: int,
    accounts: int,
    days: int,
    scale: float,
    start: datetime,
    out: Path,
    tail_loads: int | None,
    first_loads: int | None,
    from_load: int,
    overwrite: bool,  # noqa: FBT001
) -> None:
    """Write a made-up but coherent company as landing data, and truth.json: what was planted."""
    project = find_project()
    _check(seed, accounts, days, scale, tail_loads, first_loads, from_load)
    parameters = Parameters(
        seed, accounts, days, scale, start.date(), read_product(project / "seeds"), tail_loads
    )
    contract = load_contract(project)
    store = LandingStore(out, contract)
    if from_load == 1:
        _make_room(store, overwrite=overwrite)
    incomplete = out / INCOMPLETE_FILE
    out.mkdir(parents=True, exist_ok=True)
    incomplete.touch()
    with terminal.progress("making the company") as advance:

        def show(what: str, done: int, total: int) -> None:
            advance(done, total, what)

        truth = build(parameters, contract, store, first=from_load, last=first_loads, progress=show)
    incomplete.unlink()
    terminal.write("\n".join(summary(truth, out)))


def _check(  # noqa: PLR0913, PLR0917
    seed: int,
    accounts: int,
    days: int,
    scale: float,
    tail_loads: int | None,
    first_loads: int | None,
    from_load: int,
) -> None:
    """UserError where an option is out of its bounds."""
    bounds = (
        ("--seed", seed, seed >= 0, "0 or more"),
        ("--accounts", accounts, accounts >= 1, "1 or more"),
        ("--days", days, 10 <= days <= 4000, "10 to 4000"),
        ("--scale", scale, 0 < scale <= 1000, "above 0, up to 1000"),
        ("--tail-loads", tail_loads, tail_loads is None or 0 <= tail_loads < days, "below --days"),
        ("--first-loads", first_loads, first_loads is None or first_loads >= 1, "1 or more"),
        ("--from-load", from_load, from_load >= 1, "1 or more"),
    )
    for option, value, is_good, wanted in bounds:
        if not is_good:
            message = f"{option} {value}: must be {wanted}"
            raise UserError(message)


def _make_room(store: LandingStore, *, overwrite: bool) -> None:
    """Refuse a folder that holds loads already, or empty it if that is wanted."""
    rows = store.loads()
    if not rows:
        return
    loads = len({row["load_id"] for row in rows})
    events = sum(row["row_count"] for row in rows if row["entity"] == EVENTS)
    held = f"{loads} loads with {events:,} rows of {EVENTS}"
    if not overwrite:
        message = (
            f"{store.root}: holds {held} already; give another --out, or --overwrite to replace it"
        )
        raise UserError(message)
    terminal.write(f"{store.root}: replacing {held}", err=True)
    shutil.rmtree(store.loads_dir)
    (store.root / TRUTH_FILE).unlink(missing_ok=True)


def summary(truth: dict[str, Any], out: Path) -> list[str]:
    """Two lines for the end: what was written, and the truth to find again."""
    rows, usage = truth["rows"], truth["usage"]
    raw = {name: sum(load["raw"] for load in loads.values()) for name, loads in rows.items()}
    others = sum(raw.values()) - raw[EVENTS]
    written = (
        f"{out}: {len(rows[EVENTS])} loads, {raw[EVENTS]:,} events and {others:,} rows of "
        f"{len(raw) - 1} other entities, up to {truth['as_of_date']}"
    )
    planted = (
        f"{out / TRUTH_FILE}: what was planted; on the last date DAU is {usage['dau']:,} "
        f"and MAU {usage['mau']:,}"
    )
    return [written, planted]
