"""A small warehouse in which every expectation holds."""

import shutil
from pathlib import Path

import duckdb
import pytest

from checked_project import SOUND, Checked

PARTS = ("dbt_project.yml", "profiles.yml", "models", "tests/expectations")


@pytest.fixture(scope="session")
def sound_project(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The project's suites beside the small warehouse, to copy."""
    folder = tmp_path_factory.mktemp("sound")
    for part in PARTS:
        copy = shutil.copytree if (root / part).is_dir() else shutil.copy
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        copy(root / part, folder / part)
    (folder / ".warehouse").mkdir()
    with duckdb.connect(folder / ".warehouse" / "product_health.duckdb") as connection:
        connection.execute(SOUND.read_text(encoding="utf-8"))
    return folder


@pytest.fixture
def checked(sound_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """A copy of it to break."""
    monkeypatch.delenv("PRODUCT_HEALTH_DATABASE", raising=False)
    folder = tmp_path / "project"
    shutil.copytree(sound_project, folder)
    monkeypatch.chdir(folder)
    return Checked(folder)
