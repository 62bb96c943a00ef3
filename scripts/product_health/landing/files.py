"""Files as input: which there are, their bytes, their text."""

import codecs
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import escape, glob, has_magic
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from product_health.errors import UserError
from product_health.landing.request import FILE_FORMATS
from product_health.landing.spool import visible
from product_health.landing.unfold import Unfolded

GZIP, PARQUET, SQLITE, DUCKDB = b"\x1f\x8b", b"PAR1", b"SQLite format 3\0", b"DUCK"
DUCKDB_AT = 8  # bytes before its mark
OTHERS = {
    b"PK\x03\x04": "a zip archive or workbook",
    b"\xd0\xcf\x11\xe0": "an old workbook",
    b"\x28\xb5\x2f\xfd": "zstd compressed",
    b"BZh": "bzip2 compressed",
    b"\xfd7zXZ": "xz compressed",
    b"7z\xbc\xaf": "a 7z archive",
}
JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
DATABASES = {"duckdb": "DuckDB", "sqlite": "SQLite"}
LOG_ENDINGS = (".wal", "-wal")
CHUNK = 1024 * 1024

States = dict[Path, tuple[int, int, int]]


def find_files(sources: Iterable[str]) -> list[Path]:
    """Return files, and the files that patterns match, by name; UserError where one is none."""
    paths = list(dict.fromkeys(path for source in sources for path in _matched(source)))
    for path in paths:
        _check_file(path)
    return paths


def _matched(source: str) -> list[Path]:
    if Path(source).exists() or not has_magic(source):
        return [Path(source)]
    paths = [Path(name) for name in sorted(glob(_pattern(source), recursive=True))]  # noqa: PTH207 - may be absolute
    if not paths:
        message = f"{visible(source)}: matches no file"
        raise UserError(message)
    return paths


def _pattern(source: str) -> str:
    """Return a pattern in which the name of a folder that is there means that folder."""
    path = Path(source)
    folder = next(parent for parent in path.parents if parent.is_dir())
    return str(Path(escape(str(folder))) / path.relative_to(folder))


def _check_file(path: Path) -> None:
    if not path.is_file():
        what = "is a folder; give a file, or a pattern such as folder/*.parquet"
        message = f"{shown(path)}: {what if path.is_dir() else 'there is no such file'}"
        raise UserError(message)
    if path.stat().st_size == 0:
        message = f"{shown(path)}: is empty (0 bytes), which looks like an export that failed"
        raise UserError(message)


def shown(path: Path) -> str:
    """Return a path as messages and the register show it, whatever bytes its name has."""
    return visible(str(path))


def label(paths: Sequence[Path]) -> str:
    """Return how several files are named together."""
    return shown(paths[0]) + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")


def named_in_sql(path: Path, scratch: Path) -> Path:
    """Return a path whose name is text: itself, or a link to it in `scratch`."""
    if shown(path) == str(path):
        return path
    link = scratch / f"input-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"
    if not link.is_symlink():
        link.symlink_to(path.absolute())
    return link


def with_logs(paths: Sequence[Path]) -> list[Path]:
    """Return files, and beside those of a database the log of what was written to it last."""
    logs = [path.with_name(f"{path.name}{end}") for path in paths for end in LOG_ENDINGS]
    return [*paths, *(log for log in logs if log.is_file())]


def states(paths: Iterable[Path]) -> States:
    """Return files with what differs once one was written to or replaced."""
    stats = {path: path.stat() for path in paths}
    return {path: (one.st_ino, one.st_size, one.st_mtime_ns) for path, one in stats.items()}


def check_unchanged(before: States, after: States) -> None:
    """Raise UserError where files are no longer as they were before they were read."""
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) != after.get(path):
            message = (
                f"{shown(path)}: changed while it was read, as if it were still being written; "
                "nothing was landed: land it again when it is whole"
            )
            raise UserError(message)


def file_format(path: Path, asked: str | None) -> str:
    """Return csv, json, parquet, duckdb or sqlite: what was asked for, or what it looks like."""
    start = _start(path)
    if start.startswith(SQLITE) or start[DUCKDB_AT:].startswith(DUCKDB):
        return "sqlite" if start.startswith(SQLITE) else "duckdb"
    if asked is not None:
        if asked not in FILE_FORMATS:
            message = f"format {asked!r}: use one of {', '.join(FILE_FORMATS)}"
            raise UserError(message)
        return "json" if asked == "jsonl" else asked
    if start.startswith(PARQUET) or path.suffix in {".parquet", ".pq"}:
        return "parquet"
    for mark, what in OTHERS.items():
        if start.startswith(mark):
            message = f"{shown(path)}: is {what}; unpack it first (gzip is read as it is)"
            raise UserError(message)
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    return "json" if suffixes and suffixes[-1].lower() in JSON_SUFFIXES else "csv"


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE))
    except OSError as error:
        message = f"{shown(path)}: cannot be read: {error.strerror}"
        raise UserError(message) from error


def digest(paths: Iterable[Path]) -> str:
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
            binary = cast("BinaryIO", Unfolded(path, raw)) if _start(path).startswith(GZIP) else raw
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
        message = f"{shown(path)}: is not {encoding or 'UTF-8'} text: {error}; see --encoding"
        raise UserError(message) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = f"{shown(path)}: is not a whole gzip file ({error}); nothing was landed"
        raise UserError(message) from error


def _marked_encoding(start: bytes) -> str:
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if marked else "utf-8"
