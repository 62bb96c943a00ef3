"""A misspelt key, column, var or metric in the project's files is told, with what is near."""

import shutil
from pathlib import Path

import pytest
import yaml

from harness.builds import parsed
from product_health.compiled.dbt import DbtError
from product_health.contract import CONTRACT_FILE, load_contract
from product_health.errors import UserError
from product_health.keys import FOLDERS, misspelt
from scratch import Scratch, refused

METRICS = ("mau", "median_first_reply", "nps", "overall_adoption", "stickiness")
TYPOS = yaml.safe_load(Path(__file__).with_name("typos.yml").read_text(encoding="utf-8"))
REQUIRD = "column 'event_id' has the unknown key 'requird' in its meta; did you mean required"
EVENT_TME = (
    "table 'survey_invitations' has the unknown key 'event_tme' in its meta; did you mean ev"
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, root: Path) -> list[str]:
    """What is told of a copy of the project that has all of the typos."""
    copy = tmp_path_factory.mktemp("misspelt")
    for folder in (*FOLDERS, "macros", "tests/generic", "tests/singular"):
        shutil.copytree(root / folder, copy / folder)
    shutil.copy(root / "dbt_project.yml", copy)
    for typo in TYPOS:
        path = copy / typo["file"]
        text = path.read_text(encoding="utf-8")
        assert typo["old"] in text, typo
        path.write_text(text.replace(typo["old"], typo["new"], 1), encoding="utf-8")
    return misspelt(copy, METRICS)


@pytest.mark.parametrize("typo", TYPOS, ids=[typo["told"] for typo in TYPOS])
def test_a_typo_is_told_in_a_sentence(told: list[str], typo: dict[str, str]) -> None:
    assert [one for one in told if one.startswith(typo["file"]) and typo["told"] in one]


def test_nothing_else_is_told(told: list[str]) -> None:
    # the column of annotations that is missing now is told beside the unknown one
    assert len(told) == len(TYPOS) + 1, "\n".join(told)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("meta: {required: true}", "meta: {requird: true}", REQUIRD),
        ("event_time: sent_at", "event_tme: sent_at", EVENT_TME),
    ],
)
def test_the_contract_is_not_read_with_a_typo(
    tmp_path: Path, root: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / CONTRACT_FILE).parent.mkdir(parents=True)
    text = (root / CONTRACT_FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / CONTRACT_FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        load_contract(tmp_path)


def test_the_lock_is_not_written_with_a_typo(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("product_health.lock.command.misspelt", lambda *_: ["one.yml: a typo"])
    before = scratch.path("metrics.lock").read_bytes()
    assert refused(scratch.run("lock")) == "one.yml: a typo"
    assert scratch.path("metrics.lock").read_bytes() == before


@pytest.mark.faults
def test_a_folder_of_configs_that_is_not_there_is_refused(scratch: Scratch) -> None:
    scratch.edit("dbt_project.yml", ("    marts:\n", "    martz:\n"))
    with pytest.raises(DbtError, match=r"models\.product_health\.martz"):
        scratch.definitions()


def test_a_var_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    build = parsed(tmp_path, ("dim_dates",))
    with pytest.raises(DbtError, match="there is no var window_dayz"):
        build.run(window_dayz=7)
