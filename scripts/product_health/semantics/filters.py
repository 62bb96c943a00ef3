"""Filters of metrics: conditions whose templates name dimensions as MetricFlow calls them."""

import re
from collections.abc import Collection, Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from product_health.errors import unknown
from product_health.semantics.engine import TIME

TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
CALL = re.compile(r"\{\{\s*(\w+)\(\s*(['\"])(.*?)\2")
DIMENSIONS = ("Dimension", "TimeDimension")
CALLS = (*DIMENSIONS, "Entity", "Metric")


def wrong_in_filter(text: str, dimensions: Collection[str]) -> Iterator[str]:
    """Give a sentence for each name in a filter that is none of these dimensions."""
    for call, _, name in CALL.findall(text):
        if call not in CALLS:
            yield unknown("function of filters", call, CALLS)
        elif call in DIMENSIONS and name not in {*dimensions, TIME}:
            yield unknown("dimension", name, dimensions)
    for name in _outside_templates(text):
        near = next((one for one in dimensions if one.endswith(f"__{name}")), "entity__name")
        yield f"{name!r} stands outside a template: write {{{{ Dimension('{near}') }}}}"


def _outside_templates(text: str) -> list[str]:
    try:
        parsed = sqlglot.parse_one(TEMPLATE.sub("true", text), read="duckdb")
    except SqlglotError:
        return []
    return [column.sql() for column in parsed.find_all(exp.Column)]


def filters(part: Any, key: str) -> Iterator[str]:
    """Give the texts under a key, at any depth of a metric."""
    inner = part.items() if isinstance(part, dict) else enumerate(part)
    for step, one in inner:
        if step == key and isinstance(one, str):
            yield one
        elif step == key and isinstance(one, list) and all(isinstance(text, str) for text in one):
            yield from one
        elif isinstance(one, dict | list):
            yield from filters(one, key)
