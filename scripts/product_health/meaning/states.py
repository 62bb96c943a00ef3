"""The definitions of the project as it is, or as it was at a commit."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from product_health.compiled.cache import compiled
from product_health.meaning.definitions import Definitions
from product_health.repository import CACHE, Repository


def definitions_of(
    project: Path, commit: str | None = None, *, tell: Callable[[str], None] | None = None
) -> Definitions:
    """Give the definitions of the working tree, or of a commit, from what was kept of them.

    `tell` is told where dbt has to read the project again. DbtError where it does not compile,
    UserError where a metric lacks what each must say.
    """
    folder = Repository(project).exported(commit) if commit else project
    cache = project / CACHE
    return Definitions(compiled(folder, cache / "compiled", tell=tell), cache / "kept")


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for no garbage meanwhile; also a decorator.

    What states of the project are made of stays to the end. To go through it over and over for what
    could be dropped took a sixth of a review.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
