"""Hashes of texts, and what each was made of where somebody asks."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Notes = dict[str, set[str]]
_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)
# Which rows a query within an expression gives is no value of it, nor is what a relation that reads
# itself is as a whole a value of one column.
NO_VALUE_FIRST = ("query", "itself")
_HASH = re.compile("[0-9a-f]{24}")


def digest(*parts: str) -> str:
    """Give a short hash of texts in order."""
    joined = "\0".join(f"{len(part)}:{part}" for part in parts)
    found = hashlib.sha256(joined.encode()).hexdigest()[:24]
    note(found, parts)
    return found


@contextmanager
def noted() -> Iterator[Notes]:
    """Note, of each hash made meanwhile, the hashes that it is made of."""
    notes: Notes = {}
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def note(found: str, parts: Iterable[str]) -> None:
    """Note that a hash is made of others, where anybody wants to know."""
    notes = _notes.get()
    if notes is not None:
        kind, *held = parts
        texts = held[1:] if kind in NO_VALUE_FIRST else held
        notes.setdefault(found, set()).update(*map(_HASH.findall, texts))
