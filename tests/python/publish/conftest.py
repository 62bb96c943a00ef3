"""Desks to publish from: on the warehouse as it was built, or on a copy that a test may change."""

import os
import shutil
from pathlib import Path

import pytest

from product_health.publish.plan import plan
from product_health.repository import CACHE
from publishing_desk import DATABASE, Desk, set_up


@pytest.fixture(scope="session")
def built(root: Path) -> Path:
    """The warehouse that dbt has built."""
    path = root / os.environ.get(DATABASE, ".warehouse/product_health.duckdb")
    if not path.exists():
        pytest.skip(f"nothing to publish in {path.name}: dbt build comes first")
    return path


@pytest.fixture(scope="session")
def cache(root: Path) -> Path:
    """What was compiled of the project, its plan made once."""
    plan(root, print)
    return root / CACHE


@pytest.fixture(scope="session")
def published(
    tmp_path_factory: pytest.TempPathFactory, root: Path, built: Path, cache: Path
) -> Desk:
    """A desk that has published once, to read."""
    desk = set_up(tmp_path_factory.mktemp("published"), root, built, cache)
    desk.publish()
    return desk


@pytest.fixture
def desk(tmp_path: Path, root: Path, built: Path, cache: Path) -> Desk:
    """A desk of a test's own, on a copy of the warehouse."""
    (tmp_path / "warehouse").mkdir()
    warehouse = tmp_path / "warehouse" / "product_health.duckdb"
    shutil.copy(built, warehouse)
    (tmp_path / "project").mkdir()
    return set_up(tmp_path / "project", root, warehouse, cache)
