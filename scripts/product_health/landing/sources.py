"""Each kind of input as parts that DuckDB can read, with the number of rows that are in it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TextIO

import duckdb

from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.files import (
    file_format,
    label,
    named_in_sql,
    open_text,
    shown,
)
from product_health.landing.fit import shape
from product_health.landing.json_values import Pieces, is_line_by_line, json_values
from product_health.landing.parse import describe
from product_health.landing.plain_csv import plain_block
from product_health.landing.records import Lines, Record, csv_records, json_records
from product_health.landing.request import Reading
from product_health.landing.spool import Columns, FileRead, Spool, visible

REPORT_EVERY = 10_000  # rows
# What Excel writes before the header, to say what stands between fields.
SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# A time, a number of many digits or with a fraction, an id of hexadecimal digits, an address.
VALUE = re.compile(
    r"(?:^|[\s;,|])(?:\d{4}-\d\d-\d\d\S*|[+-]?\d{5,}(?:\.\d+)?|[+-]?\d+\.\d+|"
    r"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[^\s;,|]+[@\uff20][^\s;,|]+)(?:$|[\s;,|])",
    re.IGNORECASE,
)

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Part:
    """Input that has one set of columns: a file, files of the same shape, or a query's rows."""

    label: str
    select_sql: str
    types: dict[str, str]  # column -> DuckDB type
    row_count: int
    files: list[FileRead] = field(default_factory=list)  # those that were split into records
    paths: list[Path] = field(default_factory=list)  # what `select_sql` reads


def read_files(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    reading: Reading,
    scratch: Path,
    progress: Progress,
) -> list[Part]:
    """Read files into parts, in their order; `progress` is told the bytes read so far."""
    parts: list[Part] = []
    texts = TextFiles(reading, scratch, progress)
    for kind, group in groupby(paths, lambda path: file_format(path, reading.format)):
        files = list(group)
        if kind == "parquet":
            parts += parquet_parts(connection, files, scratch)
        else:
            parts += texts.parts(files, is_json=kind == "json")
    return parts


def check_cut(part: Part, *, unparsed_ok: bool) -> None:
    """Raise UserError for a file that a query is to read and that holds rows which are none."""
    for file in part.files:
        if file.unsplit_count and not unparsed_ok:
            message = (
                f"{file.label}: {file.unsplit_count:,} of {file.row_count:,} rows cannot be split "
                f"into columns, one of the form {shape(file.first_unsplit or '')}; mend them, see "
                "--delimiter and --encoding, or leave them out with --unparsed-ok"
            )
            raise UserError(message)


class TextFiles:
    """Reads CSV and JSON files; those that have the same columns become one part."""

    def __init__(self, reading: Reading, scratch: Path, progress: Progress) -> None:
        """Write to `scratch`."""
        self._reading = reading
        self._scratch = scratch
        self._progress = progress
        self._bytes_read = 0
        self._spool_count = 0

    def parts(self, paths: Sequence[Path], *, is_json: bool) -> list[Part]:
        """Read files of one format; UserError where there is no row in any JSON file."""
        spools: list[Spool] = []
        for path in paths:
            file = FileRead(shown(path), is_json=is_json)
            with open_text(path, self._reading.encoding) as (text, raw):
                fill = self._fill_json if is_json else self._fill_csv
                reported = 0
                for count in fill(spools, path, text, file):
                    if count >= reported + REPORT_EVERY:
                        reported = count
                        self._progress(self._bytes_read + raw.tell())
            self._bytes_read += path.stat().st_size
        found = [spooled_part(spool) for spool in spools if spool.columns.names or spool.row_count]
        if not found:
            message = f"{label(paths)}: holds no rows"
            raise UserError(message)
        return found

    def _spool(self, spools: list[Spool], names: Sequence[str] | None) -> Spool:
        """Return the last spool where it has these columns, or can take any in, else a new one."""
        columns = Columns(names or ())
        if not spools or (names is not None and spools[-1].columns.names != columns.names):
            has_line = names is None and self._reading.rest_to is not None
            self._spool_count += 1
            path = self._scratch / f"rows-{self._spool_count}.jsonl"
            spools.append(Spool(path, columns, with_line=has_line))
        return spools[-1]

    def _fill_json(
        self, spools: list[Spool], path: Path, text: TextIO, file: FileRead
    ) -> Iterator[int]:
        spool = self._spool(spools, None)
        with open_text(path, self._reading.encoding) as (start, _):
            by_line = is_line_by_line(start, file.label)
        lines = Lines(text, file.label)
        records = (
            json_records(lines, spool.columns.at)
            if by_line
            else json_values(Pieces(text, file.label), spool.columns.at)
        )
        yield from spool.write(_with_line(records) if spool.with_line else records, file)
        file.is_ended = lines.is_ended

    def _fill_csv(
        self, spools: list[Spool], _: Path, text: TextIO, file: FileRead
    ) -> Iterator[int]:
        lines = Lines(text, file.label)
        said, asked = _separator(lines), self._reading.delimiter
        delimiter = said if said and not asked else self._reading.delimiter_char
        records = csv_records(lines, delimiter, self._reading.quote_char)
        first = next(records, None)
        if first is None:
            message = f"{file.label}: is empty: it has neither a header nor rows"
            raise UserError(message)
        header = first if self._reading.has_header else None
        names = self._reading.columns or _names(header, len(first[0] or ()), file.label)
        if header and not self._reading.header:
            _check_names(names, file.label)
        spool, quote = self._spool(spools, names), self._reading.quote_char
        yield from spool.write([] if header else [first], file, width=len(names))
        while block := lines.block():
            if plain := plain_block(block, delimiter, quote, len(names)):
                spool.write_rows(*plain, file)
                yield file.row_count
            else:
                lines.feed(block)
                rows = _fed(csv_records(lines, delimiter, quote), lines)
                yield from spool.write(rows, file, width=len(names))
        file.is_ended = lines.is_ended


def _separator(lines: Lines) -> str | None:
    """Take a first line such as sep=; away and return what it says; None where it is another."""
    first = next(lines, "")
    said = SEPARATOR.fullmatch(first)
    if said:
        lines.take()
    else:
        lines.put_back()
    return said[1] if said else None


def spooled_part(spool: Spool) -> Part:
    """Return what was spooled as a part."""
    first, *others = [file.label for file in spool.files]
    name = first + (f" and {len(others)} more" if others else "")
    select = spool.select_sql()
    return Part(name, select, spool.types(), spool.row_count, spool.files, [spool.path])


def _with_line(records: Iterator[Record]) -> Iterator[Record]:
    """Put the line itself before the values, for what is left of it when they are taken out."""
    for values, text in records:
        yield (None if values is None else [text, *values]), text


def _fed(records: Iterator[Record], lines: Lines) -> Iterator[Record]:
    """Yield the records of what was fed; the last of them may need more lines, and takes them."""
    for record in records:
        yield record
        if not lines.has_more:
            return


def _names(header: Record | None, width: int, label: str) -> list[str]:
    if header is None:
        return [f"column_{at + 1}" for at in range(width)]
    values, text = header
    if values is None or visible(text) != text:
        message = (
            f"{label}: its header cannot be read, it is of the form {shape(visible(text))}; see "
            "--encoding, --quote"
        )
        raise UserError(message)
    return [(value or "").strip() for value in values]


def _check_names(names: Sequence[str], label: str) -> None:
    """Raise UserError where what stands where names should looks like values, and show none."""
    if any(map(VALUE.search, names)):
        raise UserError(no_header(label))


def no_header(label: str) -> str:
    """Say that a first row looks like values, which may be personal."""
    return (
        f"{label}: its first row looks like values and is not shown; where it has no header, name "
        "the columns (--no-header --columns a,b,c), and where these are names, say so (--header)"
    )


def parquet_parts(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], scratch: Path
) -> list[Part]:
    """Return neighbouring Parquet files of the same shape as one part each."""
    described = [(path, *_describe_parquet(connection, path, scratch)) for path in paths]
    parts = []
    for _, group in groupby(described, key=lambda item: list(item[1].items())):
        files = list(group)
        names = [path for path, _, _ in files]
        rows = sum(rows for _, _, rows in files)
        part = Part(label(names), _select_parquet(names, scratch), files[0][1], rows)
        parts.append(replace(part, paths=[named_in_sql(path, scratch) for path in names]))
    return parts


def _select_parquet(paths: Sequence[Path], scratch: Path) -> str:
    names = ", ".join(sql.path(named_in_sql(path, scratch)) for path in paths)
    return f"select * from read_parquet([{names}], hive_partitioning = false)"


def _describe_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path
) -> tuple[dict[str, str], int]:
    name = sql.path(named_in_sql(path, scratch))
    try:
        types = describe(connection, _select_parquet([path], scratch))
        rows = connection.execute(f"select num_rows from parquet_file_metadata({name})").fetchall()
    except duckdb.Error as error:
        message = f"{shown(path)}: is not a whole Parquet file: {first_line(error)}"
        raise UserError(message) from error
    return types, rows[0][0]


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
