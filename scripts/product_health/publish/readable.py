"""The database that questions are asked of: what is published, or on demand what was built."""

from dataclasses import dataclass
from pathlib import Path

from product_health.built import doubt
from product_health.errors import UserError
from product_health.lock.entries import LOCK_FILE, lock_digest
from product_health.publish.duckdb_files import FILE
from product_health.publish.sets import PUBLISHED, Publication, PublishedSets
from product_health.warehouse import warehouse_path


@dataclass(frozen=True)
class Readable:
    """A database file, and the publication that it is, unless it is the warehouse.

    `is_outdated`: metrics have got other meanings since it was published or written. `doubt`: why
    its numbers may be wrong, after a build that failed.
    """

    file: Path
    publication: Publication | None = None
    is_outdated: bool = False
    doubt: str | None = None

    @property
    def name(self) -> str:
        """What people know it by."""
        return f"publication {self.publication.run_id}" if self.publication else "the warehouse"

    @property
    def renewal(self) -> str:
        """What to do where the project is newer than it."""
        return "build, check and publish again" if self.publication else "run `dbt build`"


def readable(project: Path, *, built: bool) -> Readable:
    """Give what people read, or what was `built` last, checked or not; UserError without one."""
    return _built(project) if built else _published(project)


def _published(project: Path) -> Readable:
    sets = PublishedSets(project / PUBLISHED)
    run_id = sets.current_run()
    if run_id is None:
        message = (
            "nothing is published yet: run `product-health publish`, or read your own last build, "
            "which nobody checked, with --built"
        )
        raise UserError(message)
    # the set as it is now, even if another is published meanwhile
    card = sets.card(run_id)
    file = (sets.folder(run_id) / FILE).resolve()
    return Readable(file, card, is_outdated=card.lock_sha256 != lock_digest(project))


def _built(project: Path) -> Readable:
    path = warehouse_path(project)
    if not path.exists():
        message = f"{path}: there is no warehouse yet; run `make build` (or `dbt build`) first"
        raise UserError(message)
    lock = project / LOCK_FILE
    is_outdated = lock.exists() and lock.stat().st_mtime > path.stat().st_mtime
    return Readable(path, is_outdated=is_outdated, doubt=doubt(project, path))
