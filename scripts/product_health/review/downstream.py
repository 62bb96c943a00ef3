"""Who reads a metric: other metrics, saved queries, exposures; and marts whose columns change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from product_health.meaning.definitions import Definitions
from product_health.meaning.project import plain
from product_health.semantics.catalogue import Metric


@dataclass(frozen=True)
class MartChange:
    """A mart under contract that differs: columns whose SQL changed, that came or went."""

    name: str
    interface: tuple[str, ...]
    changed_columns: tuple[str, ...]
    exposures: tuple[str, ...]


def readers(metric: Metric, definitions: Definitions) -> dict[str, list[str]]:
    """Give the names of what reads a metric, by kind, with the owner of each exposure."""
    manifest = definitions.project.manifest
    names = {metric.name, *_derived(metric.name, definitions)}
    nodes = {f"metric.{project}.{name}" for project in _projects(manifest) for name in names}
    queries = [
        query["label"] or query["name"]
        for query in manifest["saved_queries"].values()
        if names & set(query["query_params"]["metrics"])
    ]
    return {
        "metrics": sorted(names - {metric.name}),
        "saved queries": sorted(queries),
        "exposures": _exposures(manifest, nodes),
    }


def _derived(name: str, definitions: Definitions) -> set[str]:
    """Give the metrics that are made of a metric, through others too."""
    metrics = definitions.catalogue.metrics.values()
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        fresh = {metric.name for metric in metrics if current in metric.inputs} - found
        found |= fresh
        waiting += fresh
    return found


def _projects(manifest: Mapping[str, Any]) -> set[str]:
    return {node["package_name"] for node in manifest["metrics"].values()}


def _exposures(manifest: Mapping[str, Any], nodes: Iterable[str]) -> list[str]:
    wanted = set(nodes)
    return sorted(
        f"{exposure['label'] or exposure['name']} ({exposure['owner']['name']})"
        for exposure in manifest["exposures"].values()
        if wanted & set(exposure["depends_on"]["nodes"])
    )


def changed_marts(base: Definitions, head: Definitions) -> list[MartChange]:
    """Give the marts whose columns or contract differ, with the exposures that read them."""
    old, new = _marts(base), _marts(head)
    found = []
    for name in sorted({*old, *new}):
        interface = _contract_changes(old.get(name), new.get(name))
        columns = _changed_columns(old.get(name), new.get(name), base, head)
        if interface or columns:
            nodes = [node["unique_id"] for node in (old.get(name), new.get(name)) if node]
            exposures = _exposures(head.project.manifest, nodes)
            found.append(MartChange(name, tuple(interface), tuple(columns), tuple(exposures)))
    return found


def _marts(definitions: Definitions) -> dict[str, dict[str, Any]]:
    relations = {model.unique_id: model.relation for model in definitions.project.models}
    return {
        f"{node['name']} v{node['version']}": {**node, "unique_id": key, "relation": relations[key]}
        for key, node in definitions.project.manifest["marts"].items()
    }


def _contract_changes(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[str]:
    if old is None or new is None:
        return ["new mart" if old is None else "the mart is gone"]
    before, after = (
        {name: column["data_type"] for name, column in node["columns"].items()}
        for node in (old, new)
    )
    return [
        *(f"column {name} is gone" for name in sorted(before.keys() - after.keys())),
        *(f"column {name} is new" for name in sorted(after.keys() - before.keys())),
        *(
            f"column {name} was {before[name]} and is {after[name]}"
            for name in sorted(before.keys() & after.keys())
            if before[name] != after[name]
        ),
    ]


def _changed_columns(
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    base: Definitions,
    head: Definitions,
) -> list[str]:
    if not (old and new):
        return []
    before = base.meaning.relations[plain(old["relation"])]
    after = head.meaning.relations[plain(new["relation"])]
    shared = before.columns.keys() & after.columns.keys()
    if before.rows != after.rows:
        return ["all columns: which rows there are, or what they are counted over"]
    return sorted(name for name in shared if before.columns[name] != after.columns[name])


def deprecations(definitions: Definitions, today: date) -> list[str]:
    """Tell each deprecated metric, and whether its time is over."""
    return [
        f"`{metric.name}` goes on {out.until}{' (due)' if out.until <= today else ''}: "
        f"use `{out.use}`"
        for metric in definitions.catalogue.metrics.values()
        if (out := metric.deprecated)
    ]
