"""Which relations a SELECT names, as DuckDB's own parser sees it; nothing is run."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from product_health.errors import UserError
from product_health.landing import sql

ENDINGS = re.compile(r"(\.(csv|tsv|txt|json|jsonl|ndjson|parquet|pq|gz))+$", re.IGNORECASE)
PLAIN = re.compile(r"[A-Za-z_]\w*")
NOT_ONE = "one SELECT is allowed, and nothing else"


@dataclass(frozen=True)
class Name:
    """A relation as SQL names it; without a schema that is empty."""

    schema: str
    table: str

    @property
    def key(self) -> tuple[str, str]:
        """What two equal names have in common: letter case does not count."""
        return self.schema.lower(), self.table.lower()

    def __str__(self) -> str:
        """Return it as it is typed."""
        return ".".join(map(_typed, filter(None, (self.schema, self.table))))


def _typed(name: str) -> str:
    is_plain = PLAIN.fullmatch(name) and name.lower() not in _reserved()
    return name if is_plain else sql.identifier(name)


@cache
def _reserved() -> set[str]:
    words = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    with duckdb.connect() as connection:
        return {row[0] for row in connection.execute(words).fetchall()}


def relation_name(file_name: str) -> str:
    """Return the name of a file, without its endings, as a name that SQL needs no quotes for."""
    stem = re.sub(r"\W+", "_", ENDINGS.sub("", file_name)).strip("_").lower()
    return f"_{stem}" if stem[:1].isdigit() else stem


def names_in(query: str) -> tuple[list[Name], set[str]]:
    """Return the relations that a SELECT names, and its common table expressions, in lower case.

    UserError where it is not one SELECT.
    """
    tree = _parsed(query)
    if len(tree["statements"]) != 1:
        raise UserError(NOT_ONE)
    nodes = list(_nodes(tree))
    names = [
        Name(".".join(filter(None, (node["catalog_name"], node["schema_name"]))), table)
        for node in nodes
        if node.get("type") == "BASE_TABLE" and (table := node.get("table_name"))
    ]
    local = {
        entry["key"].lower() for node in nodes for entry in node.get("cte_map", {}).get("map", ())
    }
    return list({name.key: name for name in names}.values()), local


def _parsed(query: str) -> dict[str, Any]:
    with duckdb.connect() as connection:
        connection.execute("set enable_external_access = false")
        found = connection.execute("select json_serialize_sql(?)", [query]).fetchall()
    tree: dict[str, Any] = json.loads(found[0][0])
    if not tree["error"]:
        return tree
    if tree["error_type"] != "parser":
        raise UserError(NOT_ONE)
    place = tree.get("position")
    line = f" (line {query[: int(place)].count(chr(10)) + 1})" if place else ""
    message = f"{tree['error_message']}{line}"
    raise UserError(message)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
