"""Faults for the metrics themselves: filters, measures, what is divided by what."""

import copy
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlglot

from sql_faults import faulty

Manifest = dict[str, Any]
AGGREGATIONS = {"sum": "max", "max": "min", "min": "max", "average": "max", "median": "max"}
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")


def faulty_manifests(
    manifest: Manifest, names: Iterable[str]
) -> Iterator[tuple[str, str, str, set[str]]]:
    """Give where a fault is, what it is, the manifest that has it, and metrics it should touch."""
    wanted = set(names)
    users = _users(manifest, wanted)
    for place, metric in enumerate(manifest["metrics"]):
        if metric["name"] in wanted:
            for fault, broken in _of_metric(metric):
                yield (
                    metric["name"],
                    fault,
                    _with(manifest, ("metrics", place), broken),
                    {metric["name"]},
                )
    for place, model in enumerate(manifest["semantic_models"]):
        for number, measure in enumerate(model["measures"]):
            touched = users.get(measure["name"], set())
            for fault, broken in _of_measure(measure) if touched else ():
                path = ("semantic_models", place, "measures", number)
                yield (
                    f"{model['name']}.{measure['name']}",
                    fault,
                    _with(manifest, path, broken),
                    touched,
                )
        for number, dimension in enumerate(model["dimensions"]):
            touched = {
                name for measure in model["measures"] for name in users.get(measure["name"], ())
            }
            if dimension["expr"] and dimension["type"] == "categorical":
                for fault, expr in _of_sql(dimension["expr"]):
                    path = ("semantic_models", place, "dimensions", number)
                    broken = {**dimension, "expr": expr}
                    yield (
                        f"{model['name']}.{dimension['name']}",
                        fault,
                        _with(manifest, path, broken),
                        touched,
                    )


def _users(manifest: Manifest, wanted: set[str]) -> dict[str, set[str]]:
    """Give the wanted metrics that each measure is part of."""
    by_name = {metric["name"]: metric for metric in manifest["metrics"]}
    users: dict[str, set[str]] = {}

    def visit(name: str, root: str) -> None:
        params = by_name[name]["type_params"]
        if params["measure"]:
            users.setdefault(params["measure"]["name"], set()).add(root)
        inputs = [*(params["metrics"] or []), params["numerator"], params["denominator"]]
        for part in inputs:
            if part:
                visit(part["name"], root)

    for name in wanted:
        visit(name, name)
    return users


def _with(manifest: Manifest, path: tuple[str | int, ...], value: Any) -> str:
    document = copy.deepcopy(manifest)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return json.dumps(document, sort_keys=True)


def _of_metric(metric: Manifest) -> Iterator[tuple[str, Manifest]]:
    params = metric["type_params"]
    for number, where in enumerate((metric["filter"] or {}).get("where_filters", [])):
        template = where["where_sql_template"]
        for part in template.split(" and "):
            kept = " and ".join(one for one in template.split(" and ") if one != part)
            broken = copy.deepcopy(metric)
            if kept:
                broken["filter"]["where_filters"][number]["where_sql_template"] = kept
            else:
                broken["filter"] = None
            yield f"filter without {part}", broken
    if metric["type"] == "derived":
        for fault, expr in _of_sql(params["expr"]):
            yield fault, {**metric, "type_params": {**params, "expr": expr}}
    if metric["type"] == "ratio":
        swapped = {"numerator": params["denominator"], "denominator": params["numerator"]}
        yield "numerator and denominator swapped", {**metric, "type_params": {**params, **swapped}}


def _of_measure(measure: Manifest) -> Iterator[tuple[str, Manifest]]:
    if measure["agg"] in AGGREGATIONS:
        other = AGGREGATIONS[measure["agg"]]
        yield f"agg: {other}", {**measure, "agg": other}
    for fault, expr in _of_sql(measure["expr"] or ""):
        yield fault, {**measure, "expr": expr}
    if measure["non_additive_dimension"]:
        first = {**measure["non_additive_dimension"], "window_choice": "min"}
        yield "first date instead of last", {**measure, "non_additive_dimension": first}


def _of_sql(text: str) -> Iterator[tuple[str, str]]:
    if not text:
        return
    for fault, tree in faulty(sqlglot.parse_one(text, read="duckdb")):
        yield str(fault), tree.sql(dialect="duckdb")
