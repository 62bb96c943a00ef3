"""Each kind of input as parts that DuckDB can read, with the number of rows that are in it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import duckdb

from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.files import file_format, open_text
from product_health.landing.parse import describe
from product_health.landing.records import Lines, Record, csv_records, json_records
from product_health.landing.request import Reading
from product_health.landing.spool import Columns, Spool, visible

REPORT_EVERY = 10_000  # rows
EXAMPLE_LENGTH = 80  # characters of a value that a message shows

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Part:
    """Input that has one set of columns: a file, files of the same shape, or a query's rows."""

    label: str
    select_sql: str
    types: dict[str, str]  # column -> DuckDB type
    row_count: int
    unsplit_example: str | None = None
    cut_example: str | None = None  # a last line that has no line end and cannot be split
    may_be_cut: bool = False  # a last line that has no line end and can be split


def read_files(
    connection: duckdb.DuckDBPyConnection,
    paths: list[Path],
    reading: Reading,
    scratch: Path,
    progress: Progress,
) -> list[Part]:
    """Read files into parts; `progress` is told the bytes read so far."""
    formats = {file_format(path, reading.format) for path in paths}
    if formats == {"parquet"}:
        return parquet_parts(connection, paths)
    if len(paths) > 1:
        message = (
            f"{paths[0]} and {len(paths) - 1} more: only Parquet can be landed several at once"
        )
        raise UserError(message)
    has_line = formats == {"jsonl"} and reading.rest_to is not None
    spool = Spool(scratch / "rows.jsonl", Columns(), with_line=has_line)
    label = str(paths[0])
    with open_text(paths[0], reading.encoding) as (text, raw):
        fill = _fill_json if formats == {"jsonl"} else _fill_csv
        lines = Lines(text, label)
        for count in fill(spool, lines, reading, label):
            if count % REPORT_EVERY == 0:
                progress(raw.tell())
    part = spooled_part(spool, label)
    if lines.is_ended:
        return [part]
    # a JSON object that parses is whole; the last of a few fields may lack something
    may_be_cut = spool.last_unsplit is None and formats == {"csv"}
    return [replace(part, cut_example=spool.last_unsplit, may_be_cut=may_be_cut)]


def spooled_part(spool: Spool, label: str) -> Part:
    """Return what was spooled as a part."""
    return Part(label, spool.select_sql(), spool.types(), spool.row_count, _all_unsplit(spool))


def _all_unsplit(spool: Spool) -> str | None:
    whole = spool.row_count > 0 and spool.unsplit_count == spool.row_count
    return spool.first_unsplit if whole else None


def _fill_json(spool: Spool, lines: Lines, reading: Reading, label: str) -> Iterator[int]:
    records = json_records(lines, spool.columns.at)
    yield from spool.write(_with_line(records) if reading.rest_to else records)
    if not spool.row_count:
        message = f"{label}: holds no rows"
        raise UserError(message)


def _with_line(records: Iterator[Record]) -> Iterator[Record]:
    """Put the line itself before the values, for what is left of it when they are taken out."""
    for values, text in records:
        yield (None if values is None else [text, *values]), text


def _fill_csv(spool: Spool, lines: Lines, reading: Reading, label: str) -> Iterator[int]:
    records = csv_records(lines, reading.delimiter_char, reading.quote_char)
    first = next(records, None)
    if first is None:
        message = f"{label}: is empty: it has neither a header nor rows"
        raise UserError(message)
    header, rows = (first, records) if reading.has_header else (None, _after(first, records))
    width = len(first[0] or ())
    names = reading.columns or _names(header, width, label)
    for name in names:
        spool.columns.add(name)
    yield from spool.write(rows, width=len(names))


def _after(first: Record, rest: Iterator[Record]) -> Iterator[Record]:
    yield first
    yield from rest


def _names(header: Record | None, width: int, label: str) -> list[str]:
    if header is None:
        return [f"column_{at + 1}" for at in range(width)]
    values, text = header
    if values is None or visible(text) != text:
        message = (
            f"{label}: its header cannot be read: {example(visible(text))}; see --encoding, --quote"
        )
        raise UserError(message)
    return [(value or "").strip() for value in values]


def example(text: str) -> str:
    """Return a value as a message shows it: quoted, and cut where it is long."""
    cut = text if len(text) <= EXAMPLE_LENGTH else f"{text[:EXAMPLE_LENGTH]}..."
    return repr(cut)


def parquet_parts(connection: duckdb.DuckDBPyConnection, paths: list[Path]) -> list[Part]:
    """Return neighbouring Parquet files of the same shape as one part each."""
    described = [(path, *_describe_parquet(connection, path)) for path in paths]
    parts = []
    for _, group in groupby(described, key=lambda item: list(item[1].items())):
        files = list(group)
        label = str(files[0][0]) + (f" and {len(files) - 1} more" if len(files) > 1 else "")
        select = _select_parquet([path for path, _, _ in files])
        parts.append(Part(label, select, files[0][1], sum(rows for _, _, rows in files)))
    return parts


def _select_parquet(paths: list[Path]) -> str:
    names = ", ".join(sql.text(_literal(path)) for path in paths)
    return f"select * from read_parquet([{names}], hive_partitioning = false)"


def _literal(path: Path) -> str:
    """Return a path in which DuckDB sees no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _describe_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path
) -> tuple[dict[str, str], int]:
    try:
        types = describe(connection, _select_parquet([path]))
        rows = connection.execute(
            f"select num_rows from parquet_file_metadata({sql.text(_literal(path))})"
        ).fetchall()
    except duckdb.Error as error:
        message = f"{path}: is not a whole Parquet file: {first_line(error)}"
        raise UserError(message) from error
    return types, rows[0][0]


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
