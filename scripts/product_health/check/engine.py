"""Great Expectations on DuckDB: the one module that knows both.

GX fetches a result after the block that held its connection has ended. The driver shares one result
between all cursors, and the commit or rollback at that block's end discards it. So each execution
gets a cursor of DuckDB's own, and what would end a transaction does nothing: it only reads.

No row of the data comes here: queries are asked how many rows they find, and of the unexpected
values of columns only their number is fetched.
"""

import atexit
import contextlib
import io
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import duckdb

from product_health.check.suites import QUERY, Expectation, Suite, arguments_are_known
from product_health.errors import UserError

# Rows that a query finds are counted until there are so many.
MOST_ROWS = 1000
COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
SEVERITIES = {"error": "critical", "warn": "warning"}
# Not arguments that a suite sets: they are set here, or belong to GX's own bookkeeping.
BOOKKEEPING = {"batch_id", "catch_exceptions", "condition_parser", "description", "id", "meta"}
BOOKKEEPING |= {"notes", "rendered_content", "result_format", "severity", "windows"}
NOT_ON_DUCKDB = re.compile(r"regex|like_pattern|quantile|_pattern|kl_divergence|z_score")
NO_SUCH = "great-expectations has no expectation"
DRIVER_ERROR = re.compile(r"\(_?duckdb\.(\w+)\)")
# What SQLAlchemy takes for a parameter in text.
PARAMETER = re.compile(r"(?<![:\w\\]):([\w$]+)(?![:\w$])")


@dataclass(frozen=True)
class Verdict:
    """Whether an expectation holds, and how many rows or values do not (None: not counted)."""

    success: bool
    failing: int | None
    observed: float | None = None


class Connection:
    """What SQLAlchemy takes for a connection of DuckDB's."""

    def __init__(self, shared: duckdb.DuckDBPyConnection) -> None:
        """Take a connection that is open; who opened it closes it."""
        self._shared = shared
        self.notices: list[str] = []
        self.closed = False

    def cursor(self) -> Any:
        """Give a cursor whose result is its own."""
        from duckdb_engine import CursorWrapper

        connection: Any = self
        return CursorWrapper(self._shared.cursor(), connection)

    def begin(self) -> None:
        """Nothing is written, so nothing begins or ends."""

    commit = rollback = close = begin


class Engine:
    """Validates expectations of relations; `opened` makes one."""

    def __init__(self, source: Any, classes: Any) -> None:
        """Take a data source of GX, and its module of expectations."""
        self._source = source
        self._classes = classes

    def compile(self, suite: Suite, one: Expectation) -> Callable[..., Any]:
        """Give the class of an expectation; UserError where its name or arguments are unknown."""
        where = f"{suite.file}, {one.name}"
        if NOT_ON_DUCKDB.search(one.expect):
            message = f"{where}: {one.expect} does not work on DuckDB; write it as SQL with "
            raise UserError(message + "UnexpectedRowsExpectation")
        class_name = "".join(part[:1].upper() + part[1:] for part in one.expect.split("_"))
        found = getattr(self._classes, class_name, None)
        if found is None or not hasattr(found, "__fields__"):
            message = f"{where}: {NO_SUCH} {one.expect!r}{self._near(one.expect)}"
            raise UserError(message)
        arguments_are_known(suite, one, set(found.__fields__) - BOOKKEEPING)
        self._build(suite, one, found)
        made: Callable[..., Any] = found
        return made

    def _near(self, name: str) -> str:
        from difflib import get_close_matches

        known = {
            re.sub(r"(?<=.)([A-Z])", r"_\1", known).lower(): known
            for known in vars(self._classes)
            if known.startswith("Expect") or known == "UnexpectedRowsExpectation"
        }
        snake = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()
        near = get_close_matches(snake, known, n=3, cutoff=0.5)
        return f"; did you mean {' or '.join(near)}?" if near else ""

    @staticmethod
    def _build(suite: Suite, one: Expectation, made: Any, place: int = 0) -> Any:
        arguments = dict(one.arguments)
        if one.query is not None:
            arguments[QUERY] = counted(one.query)
        try:
            return made(**arguments, severity=SEVERITIES[one.severity], meta={"place": place})
        except Exception as error:
            # pydantic names the argument on a line of its own, and then what is wrong
            said = " ".join(str(error).split())
            message = f"{suite.file}, {one.name}: {said}"
            raise UserError(message) from error

    def validate(self, suite: Suite, relation: str, checks: Sequence[Expectation]) -> list[Verdict]:
        """Validate expectations, their SQL complete, of one relation; all in one go."""
        import great_expectations as gx

        schema, table = relation.split(".")
        name = f"{suite.name} {relation}"
        asset = self._source.add_table_asset(name, table_name=table, schema_name=schema)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        built = [
            self._build(suite, one, self.compile(suite, one), place)
            for place, one in enumerate(checks)
        ]
        found = batch.validate(
            gx.ExpectationSuite(name=name, expectations=built), result_format=COUNTS_ONLY
        )
        # GX answers in an order of its own
        by_place = {result.expectation_config.meta["place"]: result for result in found.results}
        return [_verdict(suite, one, by_place[place]) for place, one in enumerate(checks)]


def counted(sql: str) -> str:
    """Write a query of rows so that only how many there are leaves the database.

    GX fills braces, and SQLAlchemy takes a word after a colon for a parameter: both are escaped.
    """
    escaped = PARAMETER.sub(r"\\:\1", sql.replace("{", "{{").replace("}", "}}"))
    return f"select 1 as found from (\n{escaped}\n) as failing limit {MOST_ROWS} /* {{batch}} */"


def _verdict(suite: Suite, one: Expectation, result: Any) -> Verdict:
    info = result.exception_info or {}
    raised = [info] if "raised_exception" in info else list(info.values())
    for exception in raised:
        if exception.get("raised_exception"):
            raise UserError(_failure(suite, one, str(exception.get("exception_message"))))
    details = result.result or {}
    observed = details.get("observed_value")
    if isinstance(observed, bool) or not isinstance(observed, int | float):
        observed = None
    if one.query is not None and observed is not None:
        return Verdict(bool(result.success), int(observed))
    failing = details.get("unexpected_count")
    return Verdict(bool(result.success), failing, None if observed is None else float(observed))


def _failure(suite: Suite, one: Expectation, said: str) -> str:
    """Give the kind of an error only: what the database said of it may quote the data."""
    found = DRIVER_ERROR.search(said)
    kind = found.group(1) if found else "an error of great-expectations"
    return unevaluated(suite, one, kind)


def unevaluated(suite: Suite, one: Expectation, kind: str) -> str:
    """Say that an expectation could not be evaluated."""
    return f"{suite.file}, {one.name}: could not be evaluated on {suite.relation}: {kind}"


@contextlib.contextmanager
def opened(connection: duckdb.DuckDBPyConnection) -> Iterator[Engine]:
    """Import GX, which takes seconds, and set it up on a connection; nothing of it calls out."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with quiet():
        import great_expectations as gx
        from great_expectations import expectations as classes

        context: Any = gx.get_context(mode="ephemeral")
        context.enable_analytics(enable=False)
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        source = context.data_sources.add_sql(
            "warehouse",
            connection_string="duckdb:///:memory:",  # the creator decides what is connected to
            kwargs={"creator": lambda: Connection(connection)},
            create_temp_table=False,
        )
        try:
            yield Engine(source, classes)
        finally:
            source.get_engine().dispose()
            atexit.register(_mute)


def _mute() -> None:
    """Say no more on stderr: after GX used it, DuckDB's binding lists its own objects at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what GX prints, logs and warns of to itself: it may quote the data."""
    logger = logging.getLogger("great_expectations")
    before = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.level, logger.propagate = before


def gx_version() -> str:
    """Give the version of Great Expectations."""
    return version("great-expectations")
