"""What stands in the warehouse: its relations and columns, and a fingerprint of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import duckdb

from product_health.check.placeholders import literal

# Values of these types say nothing of a person; a text might.
NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
PLAIN = (*NUMERIC, "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BOOLEAN", "DATE")
EVERY = ".*"
# What ids of people are called in marts.
PERSON_IDS = {"person_id", "requester_id", "subject_id", "actor_id"}


@dataclass(frozen=True)
class Catalog:
    """Relations, as schema.table, with the type of each column."""

    relations: Mapping[str, Mapping[str, str]]

    def matching(self, relation: str) -> list[str]:
        """Give the relations that a suite is about; none where there is no such relation."""
        if relation.endswith(EVERY):
            schema = relation.removesuffix("*")
            return sorted(name for name in self.relations if name.startswith(schema))
        return [relation] if relation in self.relations else []

    def text_columns(self, relation: str) -> list[str]:
        """Give the columns of a relation that may hold text."""
        return [name for name, kind in self.relations[relation].items() if not is_plain(kind)]

    def column_lists(self, relation: str) -> dict[str, list[str]]:
        """Give the columns of a relation that SQL may name in braces as a list."""
        texts = self.text_columns(relation)
        return {
            "text_columns": texts,
            "person_id_columns": [name for name in texts if name in PERSON_IDS],
        }

    def near(self, relation: str) -> str:
        """Say which relations are called nearly so."""
        near = get_close_matches(relation, self.relations, n=3, cutoff=0.7)
        return f"; there is {', '.join(near)}" if near else ""


def is_plain(kind: str) -> bool:
    """Tell whether a type holds numbers, dates or truth alone."""
    base = kind.partition("(")[0]
    return base in PLAIN or (base.startswith(("TIME", "INTERVAL")) and "[" not in kind)


def read_catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    """Read which relations there are."""
    rows = connection.execute(
        "select table_schema || '.' || table_name, column_name, data_type "
        "from information_schema.columns where table_catalog = current_database() "
        "order by table_schema, table_name, ordinal_position"
    ).fetchall()
    relations: dict[str, dict[str, str]] = {}
    for relation, column, kind in rows:
        relations.setdefault(relation, {})[column] = kind
    return Catalog(relations)


def quoted(relation: str) -> str:
    """Write a relation as SQL."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in relation.split(".", 1))


def listed(names: Sequence[str]) -> str:
    """Write names as a list of texts in SQL."""
    return ", ".join(map(literal, names))


def fingerprint(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> str:
    """Give SHA-256 of what was built: relations, columns, numbers of rows, and loads counted.

    It reads no row: DuckDB knows how many a table has. Two builds of the same loads by the same
    models have the same.
    """
    digest = hashlib.sha256()
    for relation, columns in sorted(catalog.relations.items()):
        digest.update(f"{relation} {sorted(columns.items())}\n".encode())
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() order by all"
    ).fetchall()
    for (table,) in tables:
        rows = connection.execute(f"select count(*) from {quoted(table)}").fetchone()
        digest.update(f"{table} {rows}\n".encode())
    accounting = "intermediate.int_row_accounting"
    if accounting in catalog.relations:
        loads = connection.execute(f"select * from {accounting} order by all").fetchall()
        digest.update(repr(loads).encode())
    return digest.hexdigest()
