"""Records on their way from Python into DuckDB: a temporary file that has one way to be read.

Each line is a JSON array: the text of a row that cannot be split (else null), then its values as
text. So no quoting, encoding, line end or missing field can be understood in two ways.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from product_health.landing import sql
from product_health.landing.parse import INTERNAL, LINE, ROW_TEXT
from product_health.landing.records import Record

READ_BUFFER = 16 * 1024 * 1024  # bytes; DuckDB's own default for the longest JSON value
ESCAPED_BYTE = re.compile("[\udc80-\udcff]")

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Columns:
    """Names of input columns by position; no two equal, not even but for letter case."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Start with these names."""
        self.names: list[str] = []
        self._positions: dict[str, int] = {}
        self._seen: set[str] = set(INTERNAL)
        for name in names:
            self.add(name)

    def add(self, name: str) -> int:
        """Take a column in and return its position; a name that is taken gets a number."""
        unique, number = name or f"column_{len(self.names) + 1}", 1
        while unique.lower() in self._seen:
            number += 1
            unique = f"{name}_{number}"
        self._seen.add(unique.lower())
        self.names.append(unique)
        return len(self.names) - 1

    def at(self, key: str) -> int:
        """Return the position of a key, which is taken in where it is new."""
        position = self._positions.get(key)
        if position is None:
            position = self._positions[key] = self.add(key)
        return position


@dataclass
class FileRead:
    """What was found in one file, or in the rows of one query."""

    label: str
    row_count: int = 0
    unsplit_count: int = 0
    first_unsplit: str | None = field(default=None, repr=False)
    last_unsplit: str | None = field(default=None, repr=False)  # None where the last row was split
    is_ended: bool = True  # whether its last line has a line end
    is_json: bool = False

    @property
    def cut_example(self) -> str | None:
        """A last line that has no line end and cannot be split."""
        return None if self.is_ended else self.last_unsplit

    @property
    def may_be_cut(self) -> bool:
        """Whether the last line can be split and yet lack something: a JSON object is whole."""
        return not (self.is_ended or self.is_json or self.last_unsplit is not None)


@dataclass
class Spool:
    """A temporary file of records, of one file or of several, and what it takes to read it."""

    path: Path
    columns: Columns
    with_line: bool = False  # the first value of each record is the line it was read from
    files: list[FileRead] = field(default_factory=list)
    longest: int = 0  # bytes

    @property
    def row_count(self) -> int:
        """Records written."""
        return sum(file.row_count for file in self.files)

    def write(
        self, records: Iterable[Record], file: FileRead, *, width: int | None = None
    ) -> Iterator[int]:
        """Write the records of a file and yield the count after each.

        One of another width is kept as text.
        """
        with self._opened(file) as out:
            for values, text in records:
                sound = values is not None and (width is None or len(values) == width)
                line = _line(values if sound else None, text, file)
                out.write(line)
                self.longest = max(self.longest, len(line))
                file.row_count += 1
                yield file.row_count

    def write_rows(self, rows: bytes, count: int, file: FileRead) -> None:
        """Write so many rows of a file that are as `write` would write them."""
        with self._opened(file) as out:
            out.write(rows)
        self.longest = max(self.longest, len(rows))
        file.row_count += count
        file.last_unsplit = None

    def _opened(self, file: FileRead) -> BinaryIO:
        mode = "ab" if self.files else "wb"
        if not any(known is file for known in self.files):
            self.files.append(file)
        return cast("BinaryIO", self.path.open(mode))

    @property
    def _cells(self) -> dict[str, int]:
        """The columns with the position of their cell in a line, from 1."""
        line = [LINE] if self.with_line else []
        cells = {name: at for at, name in enumerate([ROW_TEXT, *line, *self.columns.names], 1)}
        if not any(file.unsplit_count for file in self.files):
            del cells[ROW_TEXT]
        return cells

    def types(self) -> dict[str, str]:
        """Return the columns of `select_sql` with their types."""
        return dict.fromkeys(self._cells, "VARCHAR")

    def select_sql(self) -> str:
        """Return a SELECT of the records in their order, all columns as text."""
        cells = ", ".join(f"cells[{at}] as {sql.identifier(n)}" for n, at in self._cells.items())
        if not self.row_count:
            return f"select {cells} from (select cast([] as varchar[]) as cells) where false"
        size = max(READ_BUFFER, 2 * self.longest)
        return (
            f"select {cells} from read_json({sql.path(self.path)}, "
            "format = 'newline_delimited', records = false, columns = {cells: 'varchar[]'}, "
            f"maximum_object_size = {size})"
        )


def _line(values: list[str | None] | None, text: str, file: FileRead) -> bytes:
    """Return a record as it is written; `file` is told where it could not be split."""
    if values is not None:
        # Bytes that did not decode, and half surrogates, cannot be written: kept as text.
        with suppress(UnicodeEncodeError):
            line = _encode([None, *values]).encode() + b"\n"
            file.last_unsplit = None
            return line
    shown = visible(text)
    file.unsplit_count += 1
    file.first_unsplit = file.first_unsplit or shown
    file.last_unsplit = shown
    return _encode([shown]).encode() + b"\n"


def visible(text: str) -> str:
    r"""Return text that can be stored: a byte that did not decode is shown as \xe9."""
    shown = ESCAPED_BYTE.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", text)
    return shown.encode("utf-8", "backslashreplace").decode()
