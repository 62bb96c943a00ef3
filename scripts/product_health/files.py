"""Files that nobody ever reads half of, folders that do not grow, and paths of this machine."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from product_health.errors import UserError

ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:/")


class LocalPath(click.Path):
    """A path of this machine: an address such as s3://bucket is refused, and is no folder s3:."""

    def __init__(self, *, dir_okay: bool = True, file_okay: bool = True) -> None:
        """Take files, folders, or both."""
        super().__init__(path_type=Path, dir_okay=dir_okay, file_okay=file_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; UserError for an address."""
        if ADDRESS.match(str(value)):
            option = param.opts[0] if param else "a path"
            message = (
                f"{option} {value}: is an address, and no file or folder of this machine; give a "
                "local path, and copy what is there on your own"
            )
            raise UserError(message)
        return super().convert(value, param, ctx)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all, as UTF-8: beside its place, then renamed into it.

    UserError where it cannot be written; what stood there before stays.
    """
    # of this process alone: another one may write the same file at this moment
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        message = f"{path}: cannot be written: {error.strerror}; mend that and try again"
        raise UserError(message) from error


def kept_text(path: Path, make: Callable[[], str]) -> str:
    """Give the text of a file, which is made and kept where it is not there yet.

    UserError where it cannot be written.
    """
    if not path.exists():
        write_whole(path, make())
    return path.read_text(encoding="utf-8")


def keep_newest(folder: Path, pattern: str, count: int) -> None:
    """Drop all but the newest files of a folder that match a pattern."""
    by_age = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)
    for stale in by_age[:-count]:
        stale.unlink(missing_ok=True)
