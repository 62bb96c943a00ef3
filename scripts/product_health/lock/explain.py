"""The SQL behind a changed meaning: what stands now against what the lock was written for."""

from pathlib import Path

from product_health.errors import UserError
from product_health.lock.entries import LOCK_FILE
from product_health.meaning.changes import changed_parts
from product_health.meaning.definitions import Definitions
from product_health.meaning.states import definitions_of
from product_health.repository import Repository
from product_health.systems.mapping import MAPPINGS


def explanations(project: Path, definitions: Definitions, names: list[str]) -> dict[str, list[str]]:
    """Give the smallest changes of SQL of each metric since the lock was last written.

    The former SQL is that of the last commit of the lock; where it cannot be had, that is said.
    """
    try:
        base = _locked_state(project)
    except UserError as error:
        return {name: [f"(the SQL before cannot be shown: {error})"] for name in names}
    old, new = base.catalogue.metrics, definitions.catalogue.metrics
    return {
        name: [
            str(change)
            for part in changed_parts(old[name], new[name], base, definitions)
            for change in part.changes()
        ]
        for name in names
        if name in old
    }


def changed_mappings(project: Path) -> list[str]:
    """Give the mappings of source systems that changed since the lock was last written."""
    repository = Repository(project)
    try:
        changed = repository.changed_files(repository.last_change(LOCK_FILE), *MAPPINGS)
    except UserError:
        return []
    return [name for name in changed if name.endswith(".sql")]


def _locked_state(project: Path) -> Definitions:
    return definitions_of(project, Repository(project).last_change(LOCK_FILE))
