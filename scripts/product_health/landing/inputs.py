"""What is landed, wherever it comes from: files, a query over files, or a query on a database."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NoReturn, Protocol

import duckdb

from product_health.errors import UserError
from product_health.landing import database
from product_health.landing.files import (
    DATABASES,
    check_unchanged,
    digest,
    file_format,
    find_files,
    label,
    shown,
    states,
    with_logs,
)
from product_health.landing.relation_sources import relations_of
from product_health.landing.relations import Desk, named, select, there_are
from product_health.landing.request import Reading, Request
from product_health.landing.sources import Part, Progress, read_files
from product_health.landing.spool import visible


class Reporter(Protocol):
    """Shows that long work goes on."""

    def step(self, text: str, total: int | None = None) -> AbstractContextManager[Progress]:
        """Begin a step; what it yields is told how far of `total` the step has come."""


@dataclass(frozen=True)
class Rows:
    """What was read: parts whose rows are landed one after the other.

    `content` is the SHA-256 of what they were read from; `read` says how many rows a query read of
    which relation, and `left_out` how many it could not, because they could not be split.
    """

    name: str
    content: str
    parts: list[Part]
    read: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    may_be_cut: bool = False


class Source(Protocol):
    """An input; to make one looks at what is there, and reads nothing."""

    @property
    def content(self) -> str | None:
        """The SHA-256 of what is to be landed, or None where only reading it shows it."""

    def read(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, reporter: Reporter
    ) -> Rows:
        """Read it, for `connection`; `scratch` takes what is in between."""

    def check_unchanged(self) -> None:
        """Raise UserError where it is no longer what it was when this was made."""


def open_source(request: Request) -> Source:
    """Return the input of a request; UserError where there is none such."""
    sources = tuple(map(database.local_file, request.sources))
    urls = [source for source in sources if database.is_url(source)]
    if urls and len(sources) > 1:
        message = f"--from {database.shown_url(urls[0])}: a database is landed from alone"
        raise UserError(message)
    if urls:
        return DatabaseQuery(urls[0], request.reading)
    if request.reading.query is not None:
        return FileQuery(sources, request)
    return Files(sources, request.reading)


class Files:
    """Files, all of whose rows are landed."""

    def __init__(self, sources: Sequence[str], reading: Reading) -> None:
        """Find the files."""
        self._sources = sources
        self._reading = reading
        self._before = states(find_files(sources))
        for path in self._before:
            kind = file_format(path, reading.format)
            if kind in DATABASES:
                _refuse_database(path, DATABASES[kind], reading)

    @cached_property
    def content(self) -> str:
        """The SHA-256 of the files."""
        return digest(self._before)

    def read(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, reporter: Reporter
    ) -> Rows:
        """Read the files one after the other."""
        paths = list(self._before)
        size = sum(size for _, size, _ in self._before.values())
        with reporter.step(f"reading {shown(Path(paths[0].name))}", size) as progress:
            parts = read_files(connection, paths, self._reading, scratch, progress)
        may_be_cut = any(file.may_be_cut for part in parts for file in part.files)
        one = len(self._sources) == 1 and len(paths) > 1
        name = visible(self._sources[0]) if one else _short(paths)
        return Rows(name, self.content, parts, may_be_cut=may_be_cut)

    def check_unchanged(self) -> None:
        """Raise UserError where a file changed, went or came."""
        check_unchanged(self._before, states(find_files(self._sources)))


class FileQuery:
    """A query over files and over the tables of database files, whose result is landed."""

    def __init__(self, sources: Sequence[str], request: Request) -> None:
        """Find the files that the query names."""
        self._query = request.reading.query or ""
        self._known = relations_of(sources, request.reading, unparsed_ok=request.unparsed_ok)
        with _of_query():
            wanted = named(self._known, self._query)
        self._paths = list(dict.fromkeys(path for one in wanted for path in one.paths))
        self._before = states(with_logs(self._paths))

    @cached_property
    def content(self) -> str:
        """The SHA-256 of the files that the query names."""
        return digest(self._before)

    def read(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, reporter: Reporter
    ) -> Rows:
        """Run the query."""
        with reporter.step("running the query") as progress, _of_query():
            answer = select(self._known, self._query, Desk(connection, scratch, progress))
        return Rows(
            _short(self._paths),
            self.content,
            [answer.part],
            answer.read,
            answer.left_out,
            answer.may_be_cut,
        )

    def check_unchanged(self) -> None:
        """Raise UserError where a file that was read changed."""
        check_unchanged(self._before, states(with_logs(self._paths)))


class DatabaseQuery:
    """A query that a database runs, by its SQLAlchemy URL, whose result is landed."""

    content = None

    def __init__(self, url: str, reading: Reading) -> None:
        """Take the URL and the query."""
        self._url = url
        self._query = reading.query

    def read(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, reporter: Reporter
    ) -> Rows:
        """Run the query; `connection` has no part in it."""
        del connection
        with reporter.step("running the query") as progress:
            part, content = database.read_query(self._url, self._query, scratch, progress)
        return Rows(part.label, content, [part])

    def check_unchanged(self) -> None:
        """Do nothing: a query sees one state of a database."""


def _refuse_database(path: Path, kind: str, reading: Reading) -> NoReturn:
    tables = relations_of([str(path)], reading)
    first = tables[0].name if tables else "<table>"
    message = (
        f"{shown(path)}: is a {kind} database: say with a query what of it to land, such as "
        f"--query 'select * from {first}'; {there_are(tables)}"
    )
    raise UserError(message)


def _short(paths: Sequence[Path]) -> str:
    return label([Path(path.name) for path in paths])


@contextmanager
def _of_query() -> Iterator[None]:
    """Say of what goes wrong that it is about the query."""
    try:
        yield
    except UserError as error:
        message = f"--query: {error}"
        raise UserError(message) from error
