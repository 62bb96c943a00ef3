"""Files as input: which there are, their bytes, their text."""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from product_health.errors import UserError
from product_health.landing.request import FILE_FORMATS
from product_health.landing.unfold import Unfolded

GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
OTHERS = {b"PK\x03\x04": "a zip archive or workbook", b"\x28\xb5\x2f\xfd": "zstd compressed"}
JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
CHUNK = 1024 * 1024


def find_files(source: str) -> list[Path]:
    """Return the file, or the files that a pattern matches, by name; UserError where none is."""
    if not Path(source).exists() and has_magic(source):
        paths = [Path(name) for name in sorted(glob(source, recursive=True))]  # noqa: PTH207 - may be absolute
    else:
        paths = [Path(source)]
    if not paths:
        message = f"{source}: matches no file"
        raise UserError(message)
    for path in paths:
        _check_file(path)
    return paths


def _check_file(path: Path) -> None:
    if not path.is_file():
        what = "is a folder; give a file, or a pattern such as folder/*.parquet"
        message = f"{path}: {what if path.is_dir() else 'there is no such file'}"
        raise UserError(message)
    if path.stat().st_size == 0:
        message = f"{path}: is empty (0 bytes), which looks like an export that failed"
        raise UserError(message)


def states(source: str) -> dict[Path, tuple[int, int, int]]:
    """Return the files of a source with what differs once one was written to or replaced."""
    stats = {path: path.stat() for path in find_files(source)}
    return {path: (one.st_ino, one.st_size, one.st_mtime_ns) for path, one in stats.items()}


def check_unchanged(source: str, before: dict[Path, tuple[int, int, int]]) -> None:
    """Raise UserError where files are no longer as they were before they were read."""
    after = states(source)
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            message = (
                f"{path}: changed while it was read, as if it were still being written; nothing "
                "was landed: land it again when it is whole"
            )
            raise UserError(message)


def file_format(path: Path, asked: str | None) -> str:
    """Return csv, jsonl or parquet: what was asked for, or what the file looks like."""
    if asked is not None:
        if asked not in FILE_FORMATS:
            message = f"format {asked!r}: use one of {', '.join(FILE_FORMATS)}"
            raise UserError(message)
        return asked
    start = _start(path)
    if start == PARQUET or path.suffix in {".parquet", ".pq"}:
        return "parquet"
    if start in OTHERS:
        message = f"{path}: is {OTHERS[start]}; unpack it first (gzip is read as it is)"
        raise UserError(message)
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    return "jsonl" if suffixes and suffixes[-1].lower() in JSON_SUFFIXES else "csv"


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise UserError(message) from error


def digest(paths: list[Path]) -> str:
    """Return the SHA-256 of the bytes of the files."""
    total = hashlib.sha256()
    for path in paths:
        _start(path)
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


@contextmanager
def open_text(path: Path, encoding: str | None) -> Iterator[tuple[TextIO, BinaryIO]]:
    """Yield the text of a file, gunzipped where need be, and its raw bytes (to tell progress).

    Line ends are kept. UTF-8 by default, UTF-16 by its mark; a byte that does not decode becomes
    a surrogate escape. What goes wrong while the text is read is a UserError.
    """
    try:
        with path.open("rb") as raw:
            binary = cast("BinaryIO", Unfolded(path, raw)) if _start(path)[:2] == GZIP else raw
            buffered = io.BufferedReader(cast("io.RawIOBase", binary), CHUNK)
            name = encoding or _marked_encoding(buffered.peek(4))
            codec = "utf-8-sig" if codecs.lookup(name).name == "utf-8" else name
            yield (
                io.TextIOWrapper(buffered, codec, errors="surrogateescape", newline=""),
                raw,
            )
    except LookupError as error:
        message = f"--encoding {encoding}: there is no such encoding"
        raise UserError(message) from error
    except UnicodeError as error:
        message = f"{path}: is not {encoding or 'UTF-8'} text: {error}; see --encoding"
        raise UserError(message) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = f"{path}: is not a whole gzip file ({error}); nothing was landed"
        raise UserError(message) from error


def _marked_encoding(start: bytes) -> str:
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if marked else "utf-8"
