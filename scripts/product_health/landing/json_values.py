"""JSON that is not written line by line: an array of objects, or objects over several lines.

It is read in pieces: memory is bounded by the longest object, and an object by RECORD_LIMIT.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import NoReturn, TextIO

from product_health.errors import UserError
from product_health.landing.records import (
    DECODER,
    RECORD_LIMIT,
    NotARecordError,
    Record,
    placed_cells,
)

PIECE = 1024 * 1024  # characters
BLANK = " \t\r\n"
# What a value that is cut off may end in, after the place at which it fails: -Infinit, or \ud83.
CUT_TOKEN = re.compile(r"[\w.+\\-]{0,8}\s*")
PLAIN = json.JSONDecoder()


class Pieces:
    """A text read in pieces; `buffer` from `at` on is what was not used yet."""

    def __init__(self, stream: TextIO, label: str) -> None:
        """Read from `stream`; `label` names it in messages."""
        self._stream = stream
        self.label = label
        self.buffer = ""
        self.at = 0
        self.is_ended = False

    def more(self) -> None:
        """Read on, twice as much as there is: so a long value is not tried too often."""
        rest = self.buffer[self.at :]
        if len(rest) >= RECORD_LIMIT:
            message = f"{self.label}: one JSON value of more than {RECORD_LIMIT:,} characters"
            raise UserError(message)
        piece = self._stream.read(max(PIECE, len(rest)))
        self.buffer, self.at, self.is_ended = rest + piece, 0, not piece

    def peek(self) -> str:
        """Return the next character that is not blank, or nothing at the end."""
        while True:
            while self.at < len(self.buffer):
                if self.buffer[self.at] not in BLANK:
                    return self.buffer[self.at]
                self.at += 1
            if self.is_ended:
                return ""
            self.more()

    def value(self) -> tuple[object, str]:
        """Return the next JSON value, None where it is no record, and its text.

        json.JSONDecodeError where it cannot be read as JSON.
        """
        while True:
            try:
                found, end = _decoded(self.buffer, self.at)
            except json.JSONDecodeError as error:
                if self.is_ended or not _is_cut(error, self.buffer):
                    raise
            else:
                # a number at the end of what was read may go on
                if end < len(self.buffer) or self.is_ended:
                    text = self.buffer[self.at : end]
                    self.at = end
                    return found, text
            self.more()


def _decoded(text: str, start: int) -> tuple[object, int]:
    try:
        return DECODER.raw_decode(text, start)
    except NotARecordError:
        return None, PLAIN.raw_decode(text, start)[1]


def _is_cut(error: json.JSONDecodeError, text: str) -> bool:
    is_open = error.msg.startswith("Unterminated string")
    return is_open or CUT_TOKEN.fullmatch(text, error.pos) is not None


def is_line_by_line(stream: TextIO, label: str) -> bool:
    """Tell JSON lines, damaged ones too, from an array of objects or objects over several lines."""
    pieces = Pieces(stream, label)
    if pieces.peek() == "[":
        pieces.at += 1
        return pieces.peek() not in {"{", "]", ""}
    if pieces.peek() != "{":
        return True
    try:
        _, text = pieces.value()
    except (json.JSONDecodeError, RecursionError):
        return True
    return "\n" not in text and "\r" not in text


def json_values(pieces: Pieces, column_at: Callable[[str], int]) -> Iterator[Record]:
    """Split arrays of objects, or objects one after the other, into records.

    UserError where the text is no JSON or is cut off: where the next value begins cannot be told.
    """
    count = 0
    while begin := pieces.peek():
        values = _elements(pieces) if begin == "[" else iter([_value(pieces, count)])
        for value, text in values:
            count += 1
            cells = placed_cells(value, column_at) if isinstance(value, dict) else None
            yield cells, text


def _elements(pieces: Pieces) -> Iterator[tuple[object, str]]:
    """Yield the elements of the array that begins here."""
    count, wanted = 0, "]"
    pieces.at += 1
    while pieces.peek() != wanted:
        yield _value(pieces, count)
        count, wanted = count + 1, "]"
        if pieces.peek() == ",":
            pieces.at += 1
            wanted = ""
        elif pieces.peek() != "]":
            _refuse(pieces, count)
    if not wanted:
        _refuse(pieces, count)
    pieces.at += 1


def _value(pieces: Pieces, count: int) -> tuple[object, str]:
    try:
        return pieces.value()
    except (json.JSONDecodeError, RecursionError) as error:
        cut = isinstance(error, json.JSONDecodeError) and _is_cut(error, pieces.buffer)
        _refuse(pieces, count, is_cut=cut)


def _refuse(pieces: Pieces, count: int, *, is_cut: bool | None = None) -> NoReturn:
    """Raise UserError for a text that goes wrong after so many values."""
    ended = pieces.peek() == "" if is_cut is None else is_cut
    what = "is cut off, as if it were still being written" if ended else "is not JSON"
    message = (
        f"{pieces.label}: what follows JSON value {count:,} {what}; nothing was landed: land it "
        f"again when it is {'whole' if ended else 'mended, or as JSON lines'}"
    )
    raise UserError(message)
