"""One small demo company for all tests."""

from pathlib import Path

import pytest

from demo.demo_landed import Landed, write
from product_health.contract import Contract


@pytest.fixture(scope="session")
def landed(tmp_path_factory: pytest.TempPathFactory, root: Path, contract: Contract) -> Landed:
    """A company of 30 accounts and 100 days, landed, with its truth."""
    return write(tmp_path_factory.mktemp("demo") / "landing", root, contract)
