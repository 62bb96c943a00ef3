"""The condition that a user types, in the words of the glossary, written for MetricFlow.

MetricFlow fills templates in, so nothing that was typed may reach it. What is listed here is
written in words of our own, each value becomes a parameter of the query, and all else is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError

from product_health.errors import UserError, unknown
from product_health.meaning.project import DIALECT
from product_health.semantics.catalogue import Metric
from product_health.semantics.engine import TIME

DATE = "date"
# A condition is read in a moment, however it is nested.
MOST_CHARACTERS = 10_000
COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "{} = {}",
    exp.NEQ: "{} <> {}",
    exp.GT: "{} > {}",
    exp.GTE: "{} >= {}",
    exp.LT: "{} < {}",
    exp.LTE: "{} <= {}",
    exp.Like: "{} like {}",
    exp.ILike: "{} ilike {}",
    exp.Between: "{} between {} and {}",
    exp.Is: "{} is null",
}
# What of a comparison is read; one that says more would mean something else.
READ = {"this", "expression", "expressions", "low", "high", "negate"}
ADVICE = (
    "compare dimensions and date with values in single quotes, by =, <>, <, <=, >, >=, in, "
    "between, like, ilike or is null, and join comparisons with and, or, not"
)
WORDS = r"and|or|not|in|like|ilike|between|is null|<>|<=|>=|[=<>(),]|\$value_\d+"
NAMES = rf"Dimension\('\w+'\)|TimeDimension\('{TIME}', 'day'\)"
WRITTEN = re.compile(rf"(?>(?>{WORDS}|\{{\{{ (?:{NAMES}) \}}\}}) ?)+")


@dataclass(frozen=True)
class Condition:
    """A condition for MetricFlow, the values of its parameters, and the dimensions it compares."""

    template: str
    values: Mapping[str, str]
    dimensions: tuple[str, ...]

    @property
    def names_date(self) -> bool:
        """Whether it leaves out dates."""
        return TIME in self.template


def condition(text: str, metric: Metric) -> Condition:
    """Write a condition such as "plan = 'growth' and date >= '2025-06-01'" for MetricFlow.

    UserError where it is no condition, names what the metric is not split by, or does more than to
    compare.
    """
    if len(text) > MOST_CHARACTERS:
        message = f"--where: has {len(text):,} characters; {MOST_CHARACTERS:,} is the most"
        raise UserError(message)
    writer = _Writer(text, metric)
    try:
        template = writer.condition(_parsed(text))
    except RecursionError as error:
        message = f"--where {text!r}: is nested too deeply"
        raise UserError(message) from error
    return Condition(template, writer.values, tuple(writer.dimensions))


def is_written(template: str) -> bool:
    """Whether a text is made of the words of conditions, and of nothing that somebody typed."""
    return WRITTEN.fullmatch(template) is not None


def _parsed(text: str) -> exp.Expr:
    try:
        parsed = Dialect.get_or_raise(DIALECT).parse_into(exp.Condition, text)
        reason = ""
    except SqlglotError as error:
        parsed = []
        near = error.errors[0]["highlight"] if isinstance(error, ParseError) else None
        reason = f": it cannot be read at {near!r}" if near else ": a quote (') is not closed"
    if len(parsed) == 1 and parsed[0] is not None:
        return parsed[0]
    message = f"--where {text!r} is not one condition, such as \"plan = 'growth'\"{reason}"
    raise UserError(message)


class _Writer:
    """Writes a condition, and notes its values and dimensions."""

    def __init__(self, text: str, metric: Metric) -> None:
        self._text = text
        self._metric = metric
        self.values: dict[str, str] = {}
        self.dimensions: dict[str, None] = {}

    def condition(self, node: exp.Expr) -> str:
        """Write comparisons that are joined, each in brackets."""
        node = node.unnest()
        if isinstance(node, exp.Not):
            return f"not ({self.condition(node.this)})"
        if isinstance(node, exp.And | exp.Or):
            word = " and " if isinstance(node, exp.And) else " or "
            return word.join(f"({self.condition(part)})" for part in node.flatten())
        return self._comparison(node)

    def _comparison(self, node: exp.Expr) -> str:
        for name, found in node.args.items():
            if found and name not in READ:
                self._refuse(found if isinstance(found, exp.Expr) else node)
        pattern = COMPARISONS.get(type(node))
        if isinstance(node, exp.In) and node.expressions:
            pattern = f"{{}} in ({', '.join('{}' for _ in node.expressions)})"
        operands = [one.unnest() for one in node.iter_expressions()]
        if isinstance(node, exp.Is) and not isinstance(operands.pop(), exp.Null):
            self._refuse(node)
        if pattern is None:
            self._refuse(node)
        columns = [one.name for one in operands if isinstance(one, exp.Column)]
        is_date = DATE in columns
        written = pattern.format(*(self._operand(one, is_date=is_date) for one in operands))
        if not columns:
            self._refuse(node)
        return f"not ({written})" if node.args.get("negate") else written

    def _operand(self, node: exp.Expr, *, is_date: bool) -> str:
        if isinstance(node, exp.Column):
            return self._column(node)
        if is_date and type(node) is exp.Cast and node.is_type(exp.DType.DATE):
            node = node.this
        if isinstance(node, exp.Sub):
            message = (
                f"--where {self._text!r}: {node.sql(dialect=DIALECT)!r} is a subtraction; "
                "write a date in quotes, as in \"date >= '2026-01-31'\""
            )
            raise UserError(message)
        if not node.is_string:
            self._refuse(node)
        name = f"value_{len(self.values)}"
        self.values[name] = _date(node.name) if is_date else node.name
        return f"${name}"

    def _column(self, node: exp.Column) -> str:
        name, known = node.name, self._metric.dimensions
        if node.table or name not in {*known, DATE}:
            # what stands on the right of a comparison was meant as its value
            kind = f"dimension of {self._metric.name}"
            shown = node.sql(dialect=DIALECT)
            quoted = f"{shown!r} is no {kind}; a value is written in quotes"
            is_value = node.arg_key != "this"
            raise UserError(quoted if is_value else unknown(kind, shown, [*known, DATE]))
        if name == DATE:
            return f"{{{{ TimeDimension('{TIME}', 'day') }}}}"
        self.dimensions[name] = None
        return f"{{{{ Dimension('{known[name]}') }}}}"

    def _refuse(self, node: exp.Expr) -> NoReturn:
        shown = node.sql(dialect=DIALECT)
        message = f"--where {self._text!r}: {shown!r} is not allowed there; {ADVICE}"
        raise UserError(message)


def _date(text: str) -> str:
    """Return a date as it is compared; UserError where a text is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        message = f"--where: {text!r} is no date such as '2026-01-31'"
        raise UserError(message) from None
