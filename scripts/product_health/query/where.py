"""The condition that a user names, in the words of the glossary, as MetricFlow reads it."""

from collections.abc import Mapping
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from product_health.errors import UserError, unknown
from product_health.meaning.project import DIALECT
from product_health.semantics.catalogue import Metric
from product_health.semantics.engine import TIME

DATE = "date"
TEMPLATE = ("{{", "{%", "{#")


def condition(text: str, metric: Metric) -> str:
    """Write a condition such as "plan = 'growth' and date >= '2025-06-01'" for MetricFlow.

    UserError where it is no condition, names what the metric is not split by, or holds a query.
    """
    # MetricFlow fills templates in, after this has looked at the condition
    template = next((mark for mark in TEMPLATE if mark in text), None)
    if template:
        message = f"--where {text!r}: {template!r} is not allowed there"
        raise UserError(message)
    try:
        parsed, *more = sqlglot.parse(text, read=DIALECT)
    except SqlglotError as error:
        if text.count("'") % 2:
            message = f"--where {text!r}: a quote (') is not closed"
            raise UserError(message) from error
        message = f"--where {text!r} cannot be read: {' '.join(str(error).split())}"
        raise UserError(message) from error
    if parsed is None or more:
        message = f"--where {text!r} is not one condition, such as \"plan = 'growth'\""
        raise UserError(message)
    refused = parsed.find(exp.Query, exp.Anonymous, exp.DDL, exp.DML, exp.Command)
    if refused is not None:
        message = (
            f"--where {text!r}: {refused.sql(dialect=DIALECT)!r} is not allowed there; "
            "compare dimensions and date with values"
        )
        raise UserError(message)
    if unquoted := parsed.find(exp.Sub):
        message = (
            f"--where {text!r}: {unquoted.sql(dialect=DIALECT)!r} is a subtraction; "
            "write a date in quotes, as in \"date >= '2026-01-31'\""
        )
        raise UserError(message)
    _refuse_no_date(parsed)
    names = {**metric.dimensions, DATE: ""}
    return parsed.transform(lambda node: _named(node, names, metric)).sql(dialect=DIALECT)


def dimensions_in(text: str, metric: Metric) -> list[str]:
    """Give the dimensions that a condition compares, each once."""
    named = (column.name for column in sqlglot.parse_one(text, read=DIALECT).find_all(exp.Column))
    return [name for name in dict.fromkeys(named) if name in metric.dimensions]


def _refuse_no_date(parsed: exp.Expr) -> None:
    """Raise UserError where date is compared with a text that is none."""
    for comparison in parsed.find_all(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE):
        sides = comparison.this, comparison.expression
        if any(isinstance(side, exp.Column) and side.name == DATE for side in sides):
            for side in sides:
                if isinstance(side, exp.Literal) and side.is_string and not _is_date(side.name):
                    message = f"--where: {side.name!r} is no date such as '2026-01-31'"
                    raise UserError(message)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _named(node: exp.Expr, names: Mapping[str, str], metric: Metric) -> exp.Expr:
    if not isinstance(node, exp.Column):
        return node
    if node.name not in names or node.table:
        # what stands on the right of a comparison was meant as its value
        quoted = f"{node.sql()!r} is no dimension of {metric.name}; a value is written in quotes"
        is_value = node.arg_key != "this"
        raise UserError(
            quoted if is_value else unknown(f"dimension of {metric.name}", node.sql(), names)
        )
    if node.name == DATE:
        return exp.Var(this=f"{{{{ TimeDimension('{TIME}', 'day') }}}}")
    return exp.Var(this=f"{{{{ Dimension('{names[node.name]}') }}}}")
