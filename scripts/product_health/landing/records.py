"""Text split into records with nothing lost: what cannot be split is handed on as text.

A record is (values, text): the values in the order of the columns, or None with the text as it
came. Memory is bounded by the longest record, and a record by RECORD_LIMIT.
"""

import csv
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import TextIO

from product_health.errors import UserError

BLOCK = 1024 * 1024  # characters
RECORD_LIMIT = 128 * 1024 * 1024  # characters

Record = tuple[list[str | None] | None, str]


class Lines:
    """Lines of a text, with those read since the last `take` kept at hand."""

    def __init__(self, stream: TextIO, label: str) -> None:
        """Read from `stream`; `label` names it in messages."""
        self._stream = stream
        self._next = iter(partial(stream.readline, RECORD_LIMIT), "").__next__
        self._again: deque[str] = deque()
        self._label = label
        self.taken: list[str] = []
        self.is_ended = True  # whether the last line that was read has a line end

    def __iter__(self) -> Iterator[str]:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Return the next line with its line end."""
        line = self._whole(self._again.popleft() if self._again else self._next())
        self.is_ended = line.endswith(("\n", "\r"))
        self.taken.append(line)
        return line

    def take(self) -> str:
        """Return the text read since the last call, without its last line end."""
        text = self.taken[0] if len(self.taken) == 1 else "".join(self.taken)
        self.taken.clear()
        return text.rstrip("\r\n")

    def _whole(self, line: str) -> str:
        if len(line) >= RECORD_LIMIT:
            message = f"{self._label}: a line of more than {RECORD_LIMIT:,} characters"
            raise UserError(message)
        return line

    def block(self) -> str:
        """Return the lines that come next, whole and many at once; nothing at the end."""
        if self._again:
            text = "".join(self._again)
            self._again.clear()
        else:
            text = self._stream.read(BLOCK)
            text += self._whole(self._stream.readline(RECORD_LIMIT)) if text else ""
        self.is_ended = text.endswith(("\n", "\r")) if text else self.is_ended
        return text

    def feed(self, block: str) -> None:
        """Have the lines of a block read before the others."""
        self._again.extend(io.StringIO(block, newline=""))

    @property
    def has_more(self) -> bool:
        """Whether lines are left of what was fed or put back."""
        return bool(self._again)

    def put_back(self) -> None:
        """Have the lines read since the last call read again."""
        self._again.extendleft(reversed(self.taken))
        self.taken.clear()

    def take_first(self) -> str:
        """Return the first line read since the last call; the others will be read again."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self.taken.clear()
        return first.rstrip("\r\n")


def csv_records(lines: Lines, delimiter: str, quote: str | None) -> Iterator[Record]:
    """Split delimited text. Blank lines are no records; an empty field is None.

    Where quoting goes wrong (one that never ends, text after a closing quote), the line at which
    the record began is handed on as text, and reading starts anew with the next line.
    """
    csv.field_size_limit(RECORD_LIMIT)
    while True:
        reader = _reader(lines, delimiter, quote)
        try:
            for fields in reader:
                text = lines.take()
                if fields:
                    yield [field or None for field in fields], text
        except csv.Error:
            yield None, lines.take_first()
        else:
            return


def _reader(lines: Lines, delimiter: str, quote: str | None) -> Iterator[list[str]]:
    if quote is None:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=True)


class Number(str):
    """A JSON number in the digits it was written with."""

    __slots__ = ()


class NotARecordError(ValueError):
    """JSON that parses and yet is no record: a key twice, NaN, not an object."""


def json_records(lines: Lines, column_at: Callable[[str], int]) -> Iterator[Record]:
    """Split JSON lines; `column_at` gives the position of a key and takes new keys in.

    Numbers keep their digits, nested values are JSON text, blank lines are no records.
    """
    for line in lines:
        text = lines.take()
        if line.strip():
            yield _json_record(text, column_at), text


def _json_record(text: str, column_at: Callable[[str], int]) -> list[str | None] | None:
    try:
        row = DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return None
    return placed_cells(row, column_at) if isinstance(row, dict) else None


def placed_cells(
    row: dict[str, object], column_at: Callable[[str], int]
) -> list[str | None] | None:
    """Return the values of a decoded object as text by position, or None where one cannot be."""
    try:
        cells = [(key, as_text(value)) for key, value in row.items()]
    except RecursionError:
        return None
    values: list[str | None] = []
    for key, value in cells:
        position = column_at(key)
        values.extend([None] * (position + 1 - len(values)))
        values[position] = value
    return values


def as_text(value: object) -> str | None:
    """Return a decoded JSON value as text: strings and numbers bare, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value
    return _dump(value)


def _dump(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quote(k)}:{_dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_dump, value)) + "]"
    return value if isinstance(value, Number) else _quote(value)


_quote = partial(json.dumps, ensure_ascii=False)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise NotARecordError
    return row


def _refuse(_constant: str) -> None:
    raise NotARecordError


DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=Number, parse_float=Number, parse_constant=_refuse
)
