"""Where raw rows come from: a landing folder, or a folder with a CSV file for each entity."""

from pathlib import Path
from typing import Protocol

import duckdb

from product_health.compiled.project import Source
from product_health.contract import (
    FILES,
    LAND_COLUMNS,
    PLACE_COLUMNS,
    RECEIVED_AT,
    SOURCE_SYSTEM,
)
from product_health.errors import UserError
from product_health.landing import sql

TYPES = {"text": "varchar", "json": "varchar", "integer": "bigint", "number": "double"}
# Columns that are not in a landed file, but follow from where it lies and the row in it.
BY_PLACE = {"landing_row": "file_row_number"}
# What a file that is written by hand may leave out: what land adds beside the row and its time.
LEFT_OUT = {
    **dict.fromkeys(LAND_COLUMNS - {*PLACE_COLUMNS, RECEIVED_AT.name}, "null"),
    SOURCE_SYSTEM.name: sql.text(FILES),
}


class RawRows(Protocol):
    """Gives the rows of sources as SQL, for a database in which `attach` was run."""

    attach: str

    def select(self, source: Source) -> str:
        """Give a SELECT of a source's columns, in order, with their types."""
        ...


class LandingFolder:
    """The rows that `product-health land` wrote to a folder."""

    attach = ""

    def __init__(self, root: Path) -> None:
        """UserError where it is no landing folder."""
        if not (root / "loads").is_dir():
            message = (
                f"{root}: no landing folder (it has no loads/); run `product-health land` first"
            )
            raise UserError(message)
        self.root = root

    def select(self, source: Source) -> str:
        """Read the files of all loads; an entity without a file has no rows."""
        name = "_load" if source.is_register else source.name
        # the folder's own name is no pattern, whatever is in it
        pattern = f"{sql.unpatterned(self.root)}/loads/load_id=*[1-9]*/{name}.parquet"
        quoted = sql.text(pattern)
        if not duckdb.execute("select count(*) from glob(?)", [pattern]).fetchall()[0][0]:
            return _nothing(source)
        columns = ", ".join(
            f"cast({BY_PLACE.get(column, column)} as {_type(kind)}) as {column}"
            for column, kind in source.types.items()
        )
        return (
            f"select {columns} from read_parquet({quoted}, file_row_number = true, "
            "hive_partitioning = true, hive_types = {'load_id': bigint})"
        )


class CsvFolder:
    """A small company written down as <entity>.csv; what is empty is NULL."""

    attach = ""

    def __init__(self, root: Path) -> None:
        """UserError where it is no folder."""
        if not root.is_dir():
            message = f"{root}: no such folder of CSV files"
            raise UserError(message)
        self.root = root

    def select(self, source: Source) -> str:
        """Read the file of an entity; one without a file has no rows."""
        path = self.root / f"{source.name}.csv"
        if not path.exists():
            return _nothing(source)
        header = self._header(path, source)
        types = ", ".join(f"'{name}': '{_type(source.types[name])}'" for name in header)
        columns = ", ".join(
            name if name in header else f"cast({LEFT_OUT[name]} as {_type(kind)}) as {name}"
            for name, kind in source.types.items()
        )
        return (
            f"select {columns} from read_csv({sql.path(path)}, header = true, auto_detect = false, "
            f"delim = ',', quote = '\"', escape = '\"', columns = {{{types}}})"
        )

    def _header(self, path: Path, source: Source) -> list[str]:
        """Return the names of a file's columns in the order in which they stand in it."""
        with path.open(encoding="utf-8") as file:
            header = file.readline().strip().split(",")
        wrong = (source.types.keys() - LEFT_OUT.keys() - set(header)) | (
            set(header) - source.types.keys()
        )
        if wrong:
            message = f"{path}: columns differ from the contract's: {', '.join(sorted(wrong))}"
            raise UserError(message)
        return header


def _nothing(source: Source) -> str:
    columns = ", ".join(
        f"cast(null as {_type(kind)}) as {name}" for name, kind in source.types.items()
    )
    return f"select {columns} where false"


def _type(kind: str) -> str:
    return TYPES.get(kind, kind)


class DatabaseFile:
    """The raw tables, schema by schema as sources name them, of a DuckDB file."""

    def __init__(self, path: Path) -> None:
        """UserError where there is no such file."""
        if not path.is_file():
            message = f"{path}: no such database file"
            raise UserError(message)
        self.attach = f"attach {sql.text(str(path))} as raw_rows (read_only)"
        try:
            duckdb.connect().execute(self.attach).close()
        except duckdb.Error as error:
            message = f"{path}: cannot be read as a DuckDB file: {str(error).splitlines()[0]}"
            raise UserError(message) from error

    def select(self, source: Source) -> str:
        """Read the table of a source."""
        schema, table = source.relation.replace('"', "").split(".")[-2:]
        columns = ", ".join(source.types)
        return f"select {columns} from raw_rows.{schema}.{table}"
