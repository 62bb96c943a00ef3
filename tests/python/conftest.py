"""What several test folders share."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from landing_door import Door
from product_health.compiled import cache
from product_health.contract import CONTRACT_FILE, Contract, load_contract
from product_health.landing.store import LandingStore
from product_health.meaning.definitions import Definitions
from scratch import Scratch, scratch_copy

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The same cases in every run: a test fails for what was changed, and not by chance.
settings.register_profile("same_cases", derandomize=True, database=None)
settings.load_profile("same_cases")

ROOT = Path(__file__).parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The landing contract."""
    return load_contract(ROOT)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Third-party data, which is not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no third-party data here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def empty_landing(tmp_path_factory: pytest.TempPathFactory, contract: Contract) -> Path:
    """A landing folder as it is first made, to copy."""
    path = tmp_path_factory.mktemp("empty") / "landing"
    LandingStore(path, contract).ensure()
    return path


@pytest.fixture(scope="session")
def shared_scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    """A copy of the project, made once, of which every state that was compiled is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "KEPT", 1000)
        yield scratch_copy(ROOT, tmp_path_factory.mktemp("scratch") / "project")


@pytest.fixture
def scratch(shared_scratch: Scratch) -> Iterator[Scratch]:
    """The copy as it was made; changes are undone afterwards."""
    yield shared_scratch
    shared_scratch.undo()


@pytest.fixture(scope="session")
def start(shared_scratch: Scratch) -> Definitions:
    """The definitions of the copy as it was made."""
    return shared_scratch.definitions()


@pytest.fixture
def door(
    tmp_path: Path,
    root: Path,
    contract: Contract,
    empty_landing: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Door:
    """A project with a landing folder in which nothing has been landed."""
    (tmp_path / "dbt_project.yml").touch()
    (tmp_path / CONTRACT_FILE).parent.mkdir(parents=True)
    shutil.copy(root / CONTRACT_FILE, tmp_path / CONTRACT_FILE)
    shutil.copytree(empty_landing, tmp_path / "landing")
    monkeypatch.chdir(tmp_path)
    return Door(tmp_path, LandingStore(tmp_path / "landing", contract))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
