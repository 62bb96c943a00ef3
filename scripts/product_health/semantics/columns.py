"""Columns that the YAML of a metric names, and that the mart which it reads does not have."""

from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from product_health.compiled.project import CompiledProject
from product_health.errors import unknown
from product_health.semantics.catalogue import Metric


def missing_columns(project: CompiledProject, metric: Metric) -> list[str]:
    """Give a sentence for each column of a metric that is not in its mart."""
    said = project.manifest
    node = next(one for one in said["metrics"].values() if one["name"] == metric.name)
    measures = {one["name"] for one in node["type_params"]["input_measures"]}
    return [
        f"{metric.file}: metric {metric.name}: {told}"
        for model in said["semantic_models"].values()
        if measures & {one["name"] for one in model["measures"]}
        for told in _missing(model, measures, said["marts"][model["depends_on"]["nodes"][0]])
    ]


def _missing(model: dict[str, Any], measures: set[str], mart: dict[str, Any]) -> Iterator[str]:
    used = [("measure", one) for one in model["measures"] if one["name"] in measures]
    used += [("dimension", one) for one in model["dimensions"]]
    for kind, one in used:
        for column in _columns(str(one["expr"] or one["name"])):
            if column not in mart["columns"]:
                told = unknown(f"column of {mart['name']}", column, mart["columns"])
                yield f"{kind} {one['name']}: {told}"


def _columns(expression: str) -> list[str]:
    try:
        parsed = sqlglot.parse_one(expression, read="duckdb")
    except SqlglotError:
        return []
    return sorted({column.name.lower() for column in parsed.find_all(exp.Column)})
