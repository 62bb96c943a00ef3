"""Files that nobody ever reads half of, and folders that do not grow."""

from contextlib import suppress
from pathlib import Path

from product_health.errors import UserError


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, as UTF-8: beside its place, then renamed into it.

    UserError where it cannot be written; what stood there before stays.
    """
    half = path.with_name(f"{path.name}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        message = f"{path}: cannot be written: {error.strerror}; mend that and try again"
        raise UserError(message) from error


def keep_newest(folder: Path, pattern: str, count: int) -> None:
    """Drop all but the newest files of a folder that match a pattern."""
    by_age = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)
    for stale in by_age[:-count]:
        stale.unlink(missing_ok=True)
