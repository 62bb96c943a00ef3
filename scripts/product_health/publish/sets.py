"""The folder of published sets: each appears whole, readers follow a link, old ones go.

published/current            a link to the set that people read
published/sets/<run>/        a set, read-only, with publication.json in it
published/.building-<run>/   a set being written; what a killed run left is removed by the next
published/.going-<run>/      a set being removed
published/.lock              held by whoever publishes or rolls back

A set is a folder whose publication.json names that folder. Whatever else is there belongs to
somebody: it is left alone, and links are not followed. Nothing here knows what is in the files of
a set.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from product_health.errors import UserError

PUBLISHED = Path("published")
CURRENT = "current"
SETS = "sets"
CARD = "publication.json"
LOG = ".wal"
KEPT = 3
# In place of a commit, where a file was not as in one.
UNCOMMITTED = "uncommitted"
RUN = re.compile(r"\d{6,}-\d{8}T\d{6}Z")
UNFINISHED = re.compile(rf"\.(building|going)-{RUN.pattern}")
READ_ONLY_FILE, READ_ONLY_FOLDER, OWN_FOLDER = 0o444, 0o555, 0o755


@dataclass(frozen=True)
class Publication:
    """What made a set; `tables` has the rows of each table."""

    run_id: str
    previous_run_id: str | None
    published_at: datetime
    commit: str
    lock_sha256: str
    dbt_version: str
    duckdb_version: str
    loads: int
    last_load_id: int
    tables: dict[str, int]


@dataclass(frozen=True)
class PublishedSets:
    """The sets of a project."""

    root: Path

    @property
    def current(self) -> Path:
        """The link that readers follow."""
        return self.root / CURRENT

    def folder(self, run_id: str) -> Path:
        """Give the folder of a set."""
        return self.root / SETS / run_id

    def current_run(self) -> str | None:
        """Give the run that people read, or None where nothing was published yet.

        UserError where the link to it is missing, or is none.
        """
        if self.current.is_symlink():
            return self.current.readlink().name
        if self.current.exists():
            message = f"{self.current}: is no link to a published set; move it away"
            raise UserError(message)
        if runs := self.runs():
            link = f"ln -s {SETS}/{runs[-1]} {self.current}"
            message = f"{self.current}: is missing; link it to the set to read, as in `{link}`"
            raise UserError(message)
        return None

    def runs(self) -> list[str]:
        """Return all runs that are there, in the order in which they were published."""
        return [name for name in self._names() if self._is_set(name)]

    def others(self) -> list[str]:
        """Return the names of what is among the sets and is none."""
        hidden = "."
        names = set(self._names()) - set(self.runs())
        return sorted(name for name in names if not name.startswith(hidden))

    def _names(self) -> list[str]:
        folder = self.root / SETS
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def _is_set(self, name: str) -> bool:
        if not RUN.fullmatch(name) or not _is_folder(self.folder(name)):
            return False
        try:
            return self.card(name).run_id == name
        except UserError:
            return False

    def card(self, run_id: str) -> Publication:
        """Read what made a set; UserError where it cannot be told."""
        path = self.folder(run_id) / CARD
        try:
            said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            said["published_at"] = datetime.fromisoformat(said["published_at"])
            return Publication(**said)
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{path}: cannot be read, so the set is not whole: {error}"
            raise UserError(message) from error

    def next_run(self, now: datetime) -> str:
        """Give an id that sorts after every other, whatever the clock says."""
        numbered = filter(RUN.fullmatch, self._names())
        last = max((int(name.split("-")[0]) for name in numbered), default=0)
        return f"{last + 1:06d}-{now:%Y%m%dT%H%M%SZ}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone, cleaned of what killed runs left.

        UserError where another process holds it. The system lets go of it when a process ends,
        however it ends.
        """
        (self.root / SETS).mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                message = "another publish or rollback is under way: try again when it is done"
                raise UserError(message) from error
            self._clean()
            yield

    def building(self, run_id: str) -> Path:
        """Make the folder in which a set is written."""
        folder = self.root / f".building-{run_id}"
        folder.mkdir()
        return folder

    def discard(self, folder: Path) -> None:
        """Remove a folder that nobody reads, read-only or not."""
        for path, _, _ in os.walk(folder):
            Path(path).chmod(OWN_FOLDER)
        shutil.rmtree(folder)

    def publish(self, folder: Path, card: Publication) -> None:
        """Let readers have the set that was written to a folder."""
        said = asdict(card) | {"published_at": card.published_at.isoformat()}
        (folder / CARD).write_text(json.dumps(said, indent=1), encoding="utf-8")
        _harden(folder)
        place = self.folder(card.run_id)
        folder.rename(place)
        # a read-only folder cannot be moved, so it becomes one here
        place.chmod(READ_ONLY_FOLDER)
        _sync(place.parent)
        self._point_to(card.run_id)

    def rollback(self) -> tuple[str, str]:
        """Let readers have the set that was published before; returns both runs.

        UserError where there is none.
        """
        run_id = self.current_run()
        if run_id is None:
            message = "nothing is published, so there is nothing to go back from"
            raise UserError(message)
        previous = self.card(run_id).previous_run_id
        if previous is None or not _is_folder(self.folder(previous)):
            message = f"{run_id} is the oldest set that is kept: there is none to go back to"
            raise UserError(message)
        self.card(previous)
        self._point_to(previous)
        return run_id, previous

    def _point_to(self, run_id: str) -> None:
        link = self.root / ".next"
        if link.is_symlink():
            link.unlink()
        link.symlink_to(Path(SETS) / run_id)
        link.replace(self.current)
        _sync(self.root)

    def prune(self) -> list[str]:
        """Keep the current set and those published before it; what was rolled back goes.

        Returns a sentence for each old set that is not removed.
        """
        kept: list[str] = []
        runs = self.runs()
        run_id = self.current_run()
        while run_id in runs and len(kept) < KEPT:
            kept.append(run_id)
            run_id = self.card(run_id).previous_run_id
        stale = [self.folder(one) for one in runs if one not in kept]
        return [told for folder in stale if (told := self._remove(folder))]

    def _remove(self, folder: Path) -> str | None:
        """Remove an old set, or say why not."""
        if strays := _strays(folder):
            return (
                f"{folder} is kept: it holds {strays[0].name}, which publish did not write; move "
                "that elsewhere, and the next publication removes the set"
            )
        going = self.root / f".going-{folder.name}"
        try:
            folder.chmod(OWN_FOLDER)
            folder.rename(going)
            self.discard(going)
        except OSError as error:
            return f"{folder} cannot be removed ({error}); the next publication tries again"
        return None

    def _clean(self) -> None:
        for path in self.root.iterdir():
            if UNFINISHED.fullmatch(path.name) and _is_folder(path):
                # what cannot be removed is in nobody's way
                with suppress(OSError):
                    self.discard(path)
        for run_id in self.runs():
            self._clean_set(self.folder(run_id))
        if len(self.runs()) == 1 and not self.current.exists():
            # the first publish was killed before the link was made
            self._point_to(self.runs()[0])

    def _clean_set(self, folder: Path) -> None:
        """Remove the log that someone left who opened a set to write: readers would read it too."""
        logs = [path for path in _strays(folder) if path.suffix == LOG]
        if logs:
            folder.chmod(OWN_FOLDER)
            for path in logs:
                path.unlink()
        folder.chmod(READ_ONLY_FOLDER)


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder itself, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def _strays(folder: Path) -> list[Path]:
    """Return what others left in a set: links, and what can be written, as no file of ours can."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_symlink() or (path.is_file() and path.stat().st_mode & 0o222)
    )


def _harden(folder: Path) -> None:
    """Make files and folders read-only, and see to it that they are on the disk."""
    for path, folders, files in os.walk(folder):
        for name in files:
            file = Path(path, name)
            _sync(file)
            file.chmod(READ_ONLY_FILE)
        for name in folders:
            _sync(Path(path, name))
            Path(path, name).chmod(READ_ONLY_FOLDER)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
