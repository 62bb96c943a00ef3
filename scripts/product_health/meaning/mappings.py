"""What the mappings mean by which systems are landed in a table."""

from collections.abc import Mapping
from pathlib import PurePath

import sqlglot
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from product_health.compiled.project import Source
from product_health.meaning.digests import digest
from product_health.meaning.hashing import Meaning, meaning
from product_health.systems.mapping import DIALECT, header_of, tables_of

# What of a mapping's top decides which rows are landed.
DECIDES = ("rows", "vanished")


def of_source(source: Source) -> Meaning:
    """Return the meaning of a table: its columns, and how each system fills them."""
    # two sources may have tables of one name, in one schema or in two
    place = (source.unique_id, source.relation.replace('"', "").lower())
    mapped = {path: _of_mapping(path, text) for path, text in sorted(source.mappings.items())}
    columns = {
        name.lower(): digest("source", *place, name, kind, *_of_column(mapped, name.lower()))
        for name, kind in source.types.items()
    }
    rows = (digest(PurePath(path).parent.name, found.rows) for path, found in mapped.items())
    return Meaning(digest("source", *place, *rows), columns)


def _of_column(mapped: Mapping[str, Meaning], name: str) -> list[str]:
    return [
        digest(PurePath(path).parent.name, found.column(name))
        for path, found in mapped.items()
        if name in found.columns or not found.columns
    ]


def _of_mapping(path: str, text: str) -> Meaning:
    """Return what a mapping makes of the tables of its system; its text where it cannot be read."""
    system = PurePath(path).parent.name
    decides = header_text(text)
    try:
        query = sqlglot.parse_one(text, read=DIALECT)
        tables = {name: Meaning(digest("table", system, name), {}) for name in tables_of(query)}
        found = meaning(qualify(query, dialect=DIALECT, validate_qualify_columns=False), tables)
    except (SqlglotError, KeyError, ValueError):
        return Meaning(digest("text", text), {})
    return Meaning(digest("mapping", decides, found.rows), found.columns)


def header_text(text: str) -> str:
    """Return what the top of a mapping says on which rows are landed, as SQL."""
    header = header_of(text) or {}
    said = [f"'{header[key]}' as {key}" for key in DECIDES if key in header]
    return f"select {', '.join(said)}" if said else ""
