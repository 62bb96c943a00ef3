"""A disk that is full for real: a small tmpfs, where mounting is permitted."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A disk of its own at a folder."""

    folder: Path

    def resize(self, size: int) -> None:
        """Give it another size in bytes."""
        done = _run("mount", "-o", f"remount,size={size}", str(self.folder))
        assert done.returncode == 0, done.stderr

    @property
    def used(self) -> int:
        """Bytes that files take."""
        stats = [path.lstat() for path in self.folder.rglob("*")]
        return sum(one.st_blocks * 512 for one in stats)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Disk]:
    """Mount a disk of so many bytes at a folder, and take it away again."""
    folder.mkdir(exist_ok=True)
    try:
        done = _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    except FileNotFoundError:
        pytest.skip("there is no command `mount` here, so no disk to fill")
    if done.returncode:
        pytest.skip(f"no disk to fill: mounting is not permitted here ({done.stderr.strip()})")
    try:
        yield Disk(folder)
    finally:
        # lazily: a process that was killed may hold a file for a moment
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
