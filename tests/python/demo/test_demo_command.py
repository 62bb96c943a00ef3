"""The command, and that a seed says it all."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from demo.demo_landed import Landed, parameters, write
from product_health.cli import main
from product_health.contract import Contract
from product_health.demo.build import build
from product_health.errors import UserError
from product_health.landing.store import LandingStore

TINY: dict[str, Any] = {"accounts": 6, "days": 20, "start": date(2025, 3, 1), "tail_loads": 2}
ARGUMENTS = [
    "demo",
    "--accounts",
    "6",
    "--days",
    "20",
    "--start",
    "2025-03-01",
    "--tail-loads",
    "1",
]


def test_two_runs_are_equal_whatever_the_threads(
    tmp_path: Path, root: Path, contract: Contract
) -> None:
    one = write(tmp_path / "one", root, contract, threads=1, **TINY)
    two = write(tmp_path / "two", root, contract, threads=4, **TINY)
    assert one.hashes() == two.hashes()
    assert one.truth == two.truth


def test_another_seed_is_another_company(tmp_path: Path, root: Path, contract: Contract) -> None:
    one = write(tmp_path / "one", root, contract, **TINY)
    two = write(tmp_path / "two", root, contract, **{**TINY, "seed": 8})
    assert one.hashes() != two.hashes()


def test_loads_can_be_written_in_turns(tmp_path: Path, root: Path, contract: Contract) -> None:
    whole = write(tmp_path / "whole", root, contract, **TINY)
    made = parameters(root, **TINY)
    store = LandingStore(tmp_path / "turns", contract)
    build(made, contract, store, last=2)
    build(made, contract, store, first=3)
    turns = Landed(tmp_path / "turns", root, contract)
    assert turns.hashes() == whole.hashes()
    assert turns.truth == whole.truth
    assert len(whole.truth["loads"]) == 3


def test_a_load_cannot_follow_those_of_another_company(
    tmp_path: Path, root: Path, contract: Contract
) -> None:
    store = LandingStore(tmp_path / "landing", contract)
    build(parameters(root, **TINY), contract, store, last=1)
    other = parameters(root, **{**TINY, "seed": 8})
    with pytest.raises(UserError, match="does not hold just loads 1 to 1 of this company"):
        build(other, contract, store, first=2)


def test_command_says_what_it_wrote_and_refuses_to_write_over_it(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    out = str(tmp_path / "landing")
    runner = CliRunner()
    first = runner.invoke(main, [*ARGUMENTS, "--out", out])
    assert first.exit_code == 0, first.output
    assert len(first.stdout.splitlines()) == 2
    assert "truth.json" in first.stdout
    second = runner.invoke(main, [*ARGUMENTS, "--out", out])
    assert second.exit_code == 1
    assert "already" in second.output
    assert "--overwrite" in second.output
    third = runner.invoke(main, [*ARGUMENTS, "--out", out, "--overwrite"])
    assert third.exit_code == 0, third.output
    assert "replacing" in third.output


@pytest.mark.parametrize(
    ("option", "value"),
    [("--accounts", "0"), ("--days", "3"), ("--scale", "0"), ("--seed", "-1")],
)
def test_options_out_of_bounds_are_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, option: str, value: str
) -> None:
    monkeypatch.chdir(root)
    result = CliRunner().invoke(main, ["demo", option, value, "--out", str(tmp_path / "landing")])
    assert result.exit_code == 1
    assert option in result.output
    assert "Traceback" not in result.output
