"""Running all suites on a warehouse."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from product_health.check.catalog import EVERY, Catalog, is_plain, listed, quoted
from product_health.check.engine import Engine, Verdict, unevaluated
from product_health.check.placeholders import Placeholders, names_in
from product_health.check.suites import QUERY, Expectation, Suite
from product_health.errors import UserError
from product_health.workbench.bench import READ_NOTHING

SHOWN_ROWS = 5
Row = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """An expectation of one relation, its SQL complete."""

    suite: Suite
    relation: str
    expectation: Expectation


@dataclass(frozen=True)
class Outcome:
    """What became of a check, with some rows as evidence that hold no text of the data."""

    check: Check
    verdict: Verdict
    rows: tuple[Row, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the expectation does not hold."""
        return not self.verdict.success


def planned(suites: Sequence[Suite], catalog: Catalog, values: Placeholders) -> list[Check]:
    """Give all checks of the relations that are there; UserError that lists those that are not."""
    missing = [
        f"{suite.file}: the warehouse lacks {suite.relation}{catalog.near(suite.relation)}; "
        "run `dbt build` and read its errors"
        for suite in suites
        if not catalog.matching(suite.relation)
    ]
    if missing:
        raise UserError("\n".join(missing))
    return [
        Check(suite, relation, _complete(suite, one, relation, catalog, values))
        for suite in suites
        for relation in catalog.matching(suite.relation)
        for one in suite.expectations
        if _applies(suite, one, relation, catalog)
    ]


def _applies(suite: Suite, one: Expectation, relation: str, catalog: Catalog) -> bool:
    """Tell whether a relation has what an expectation of all relations of a schema looks at."""
    if not suite.relation.endswith(EVERY) or one.query is None:
        return True
    named = names_in(one.query)
    return all(columns or name not in named for name, columns in _lists(relation, catalog).items())


def _lists(relation: str, catalog: Catalog) -> dict[str, str]:
    return {name: listed(held) for name, held in catalog.column_lists(relation).items()}


def _complete(
    suite: Suite, one: Expectation, relation: str, catalog: Catalog, values: Placeholders
) -> Expectation:
    if one.query is None:
        return one
    sql = values.fill(
        one.query,
        f"{suite.file}, {one.name}",
        batch=quoted(relation),
        **_lists(relation, catalog),
    )
    return replace(one, arguments={**one.arguments, QUERY: sql})


def look_over(
    checks: Sequence[Check], catalog: Catalog, connection: duckdb.DuckDBPyConnection
) -> None:
    """UserError with a sentence for each expectation that the database cannot evaluate."""
    problems = [problem for check in checks for problem in _problems(check, catalog, connection)]
    if problems:
        # an expectation of every mart has the same problem in each
        raise UserError("\n".join(dict.fromkeys(problems)))


def _problems(
    check: Check, catalog: Catalog, connection: duckdb.DuckDBPyConnection
) -> Iterator[str]:
    where = f"{check.suite.file}, {check.expectation.name}"
    columns = catalog.relations[check.relation]
    for column in check.expectation.columns:
        if column not in columns:
            yield f"{where}: {check.relation} has no column {column!r}; it has {', '.join(columns)}"
    if check.expectation.query is None:
        return
    try:
        connection.execute(f"explain select 1 from (\n{check.expectation.query}\n) as failing")
    except READ_NOTHING as error:
        yield f"{where}: {first_line(error)}"
    except duckdb.IOException:
        yield (
            f"{where}: {check.relation} reads landed files that are not there: the landing folder "
            "that this warehouse was built from is not where it was"
        )
    except duckdb.Error as error:
        yield f"{where}: the SQL cannot be evaluated: {type(error).__name__}"


def first_line(error: Exception) -> str:
    """Give what the database says, without its picture of the SQL."""
    return " ".join(str(error).partition("\n\nLINE ")[0].split())


def run(
    engine: Engine,
    checks: Sequence[Check],
    connection: duckdb.DuckDBPyConnection,
    show: Collection[str],
    tell: Callable[[str], None],
) -> list[Outcome]:
    """Run all checks, those that can go together at once; `tell` hears of each suite before."""
    outcomes: list[Outcome] = []
    told = ""
    for (suite, relation), group in _together(checks).items():
        if suite != told:
            tell(suite)
            told = suite
        verdicts = engine.validate(group[0].suite, relation, [check.expectation for check in group])
        outcomes += [
            Outcome(check, verdict, () if verdict.success else evidence(check, connection, show))
            for check, verdict in zip(group, verdicts, strict=True)
        ]
    return outcomes


def _together(checks: Sequence[Check]) -> dict[tuple[str, str], list[Check]]:
    """Group checks by the relation that GX must be told of; each costs it time.

    A query names its own relation, so those of a suite go together.
    """
    first: dict[str, str] = {}
    found: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        suite = check.suite.name
        anywhere = first.setdefault(suite, check.relation)
        relation = anywhere if check.expectation.query is not None else check.relation
        found.setdefault((suite, relation), []).append(check)
    return found


def evidence(
    check: Check, connection: duckdb.DuckDBPyConnection, show: Collection[str]
) -> tuple[Row, ...]:
    """Give some rows that a failing query found: numbers, dates, and texts in `show` only."""
    if check.expectation.query is None:
        return ()
    sql = f"select * from (\n{check.expectation.query}\n) as failing limit {SHOWN_ROWS}"
    try:
        found = connection.execute(sql)
        rows = found.fetchall()
    except duckdb.Error as error:
        kind = type(error).__name__
        # its message may quote a value
        raise UserError(unevaluated(check.suite, check.expectation, kind)) from None
    columns = [(name, is_plain(str(kind))) for name, kind, *_ in found.description or ()]
    return tuple(
        {
            name: value
            for (name, plain), value in zip(columns, row, strict=True)
            if plain or (isinstance(value, str) and value in show)
        }
        for row in rows
    )
