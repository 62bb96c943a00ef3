"""What the tests of the project's structure share."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path


def fails(problems: Iterable[str], do: str) -> str:
    """Say what is wrong, one line each, and what to do."""
    return "\n".join([*sorted(set(problems)), f"-> {do}"])


def sql_files(root: Path, *folders: str) -> Iterator[tuple[Path, str]]:
    """Read SQL files of some folders, relative to the project's, without their comments."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.sql")):
            text = path.read_text(encoding="utf-8")
            yield path.relative_to(root), re.sub(r"\{#.*?#\}|--[^\n]*", "", text, flags=re.DOTALL)
