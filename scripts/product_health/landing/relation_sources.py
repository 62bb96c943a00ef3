"""What a query may name: each file by the name of the file, each table of a database by its own."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from product_health.errors import UserError
from product_health.landing import database, sql
from product_health.landing.files import file_format, find_files, label, named_in_sql, shown
from product_health.landing.parse import ROW_TEXT
from product_health.landing.query_names import Name, relation_name
from product_health.landing.relations import Desk, Opened, Relation
from product_health.landing.request import Reading
from product_health.landing.sources import Part, check_cut, first_line, read_files, spooled_part

WILD = re.compile(r"[*?]+|\[.*?\]")
MAIN = "main"
DUCKDB_TABLES = """
    select table_schema, table_name from information_schema.tables
    where table_catalog = 'source' order by all
"""


def relations_of(
    sources: Sequence[str], reading: Reading, *, unparsed_ok: bool = False
) -> list[Relation]:
    """Return what a query may name of files, patterns and database URLs; nothing is read yet.

    A pattern such as events-*.csv is a relation of all its files, too. UserError where there is no
    such file or database.
    """
    reading = replace(reading, query=None, rest_to=None)
    names = Names()
    for source in map(database.local_file, sources):
        if database.is_url(source):
            names.give(_database_tables(source))
            continue
        paths = find_files([source])
        for path in paths:
            names.give(_file_relations(path, reading, unparsed_ok=unparsed_ok))
        name = relation_name(WILD.sub("", Path(source).name))
        if len(paths) > 1 and name:
            names.give_if_free(_rows(name, paths, reading, unparsed_ok=unparsed_ok))
    return names.relations


class Names:
    """Gives each relation a name that no other has."""

    def __init__(self) -> None:
        """Start with none."""
        self._taken: dict[tuple[str, str], Relation] = {}

    @property
    def relations(self) -> list[Relation]:
        """The relations that have a name, in their order."""
        return list(self._taken.values())

    def give(self, relations: Iterable[Relation]) -> None:
        """Take relations in; one whose name is taken gets a number."""
        for relation in relations:
            name, number = relation.name, 1
            while name.key in self._taken:
                number += 1
                name = Name(name.schema, f"{relation.name.table}_{number}")
            self._taken[name.key] = replace(relation, name=name)

    def give_if_free(self, relation: Relation) -> None:
        """Take a relation in if no other is called so."""
        self._taken.setdefault(relation.name.key, relation)


def _file_relations(path: Path, reading: Reading, *, unparsed_ok: bool) -> list[Relation]:
    kind = file_format(path, reading.format)
    if kind == "duckdb":
        return _duckdb_tables(path)
    if kind == "sqlite":
        return _database_tables(database.sqlite_url(path), path)
    name = relation_name(shown(Path(path.name))) or "file"
    return [_rows(name, [path], reading, unparsed_ok=unparsed_ok)]


def _rows(name: str, paths: Sequence[Path], reading: Reading, *, unparsed_ok: bool) -> Relation:
    """Return the rows of files as one relation."""

    def opened(desk: Desk) -> Opened:
        parts = read_files(desk.connection, paths, reading, desk.folder(), desk.progress)
        for part in parts:
            check_cut(part, unparsed_ok=unparsed_ok)
        left_out = sum(file.unsplit_count for part in parts for file in part.files)
        return Opened(
            " union all by name ".join(map(_split_rows, parts)),
            row_count=sum(part.row_count for part in parts) - left_out,
            paths=tuple(path for part in parts for path in part.paths),
            left_out=left_out,
            may_be_cut=any(file.may_be_cut for part in parts for file in part.files),
        )

    return Relation(Name("", name), label(paths), opened, tuple(paths))


def _split_rows(part: Part) -> str:
    if ROW_TEXT not in part.types:
        return f"({part.select_sql})"
    text = sql.identifier(ROW_TEXT)
    return f"(select * exclude ({text}) from ({part.select_sql}) where {text} is null)"


def _duckdb_tables(path: Path) -> list[Relation]:
    alias = shown(path)

    def relation(name: Name) -> Relation:
        table = ".".join(map(sql.identifier, (alias, name.schema or MAIN, name.table)))

        def opened(desk: Desk) -> Opened:
            attach = (alias, named_in_sql(path, desk.scratch))
            return Opened(f"select * from {table}", attach=attach)

        return Relation(name, alias, opened, (path,))

    return _named(_tables_of_duckdb(path), MAIN, relation)


def _tables_of_duckdb(path: Path) -> list[tuple[str, str]]:
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach {sql.text(str(path))} as source (read_only)")
            return connection.execute(DUCKDB_TABLES).fetchall()
    except duckdb.Error as error:
        reason = first_line(error)
        is_locked = "lock" in reason.lower()
        what = "another process is writing it; try again after it" if is_locked else reason
        message = f"{shown(path)}: cannot be opened as a DuckDB database: {what}"
        raise UserError(message) from error


def _database_tables(url: str, path: Path | None = None) -> list[Relation]:
    """Return the tables of a database by its URL; each is read whole when a query names it."""
    tables, default_schema = database.tables(url)
    what = shown(path) if path else database.shown_url(url)

    def relation(name: Name) -> Relation:
        def opened(desk: Desk) -> Opened:
            spool, types = database.read_table(
                url, name.schema, name.table, desk.folder(), desk.progress
            )
            if unsplit := sum(file.unsplit_count for file in spool.files):
                message = f"{what}: {unsplit:,} rows of {name} hold bytes that are no text"
                raise UserError(message)
            return Opened(_cast(spooled_part(spool), types), spool.row_count, (spool.path,))

        return Relation(name, what, opened, (path,) if path else ())

    return _named(tables, default_schema, relation)


def _cast(part: Part, types: dict[str, str]) -> str:
    """Return a SELECT of a table's rows, of which everything was spooled as text, in its types."""
    columns = (
        f"cast({sql.identifier(name)} as {types[name]}) as {sql.identifier(name)}" for name in types
    )
    return f"select {', '.join(columns)} from ({part.select_sql})"


def _named(
    tables: Sequence[tuple[str, str]], main: str, relation: Callable[[Name], Relation]
) -> list[Relation]:
    """Return a relation a table: by its schema, and without where no other is called so."""
    counts = Counter(table.lower() for _, table in tables)
    found = []
    for schema, table in tables:
        whole = relation(Name("" if schema == main else schema, table))
        found.append(whole)
        if whole.name.schema and counts[table.lower()] == 1:
            found.append(replace(whole, name=Name("", table)))
    return found
