"""Cases that are too long for every push."""

from typing import Any

import pytest


def nightly(case: object) -> Any:
    """Let a case run in `make faults` only."""
    return pytest.param(case, marks=pytest.mark.faults)
