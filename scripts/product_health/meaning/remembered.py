"""What queries mean, remembered: states of a project share most of their SQL."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from product_health.files import keep_newest, kept_text
from product_health.meaning.digests import digest
from product_health.meaning.hashing import Meaning

# Those of some states of the project.
MOST_KEPT = 3000
_known: dict[str, Meaning] = {}


class Remembered:
    """Meanings by what they were told from: in this process, and in a folder from run to run."""

    def __init__(self, folder: Path | None) -> None:
        """Drop the oldest of what the folder holds."""
        if folder:
            keep_newest(folder, "*.meaning", MOST_KEPT)
        self._folder = folder

    def find(self, key: str, tell: Callable[[], Meaning]) -> Meaning:
        """Give the meaning of a key; `tell` tells it the first time."""
        if key not in _known:
            _known[key] = self._kept(self._folder, key, tell) if self._folder else tell()
        return _known[key]

    @staticmethod
    def _kept(folder: Path, key: str, tell: Callable[[], Meaning]) -> Meaning:
        path = folder / f"{digest('meaning', _code(), key)}.meaning"
        return Meaning(**json.loads(kept_text(path, lambda: json.dumps(asdict(tell())))))


@cache
def _code() -> str:
    """Give a digest of the code that tells what a query means."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return digest(version("sqlglot"), *(path.read_text(encoding="utf-8") for path in files))
