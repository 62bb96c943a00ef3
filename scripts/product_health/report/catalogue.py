"""The metric catalogue of the page: meaning, formula, SQL, owner, history, readers, lineage."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from product_health.meaning.definitions import Definitions
from product_health.meaning.project import formatted
from product_health.review.downstream import readers
from product_health.semantics.catalogue import Metric

CHANGELOG = Path("CHANGELOG.md")


@dataclass(frozen=True)
class Page:
    """What the catalogue says of a metric."""

    metric: Metric
    owner: str
    formula: str
    sql: str
    history: tuple[str, ...]
    readers: dict[str, list[str]]
    marts: tuple[str, ...]
    models: tuple[str, ...]
    sources: tuple[str, ...]


def catalogue(project: Path, definitions: Definitions) -> list[Page]:
    """Give a page for each metric, in the order of their labels."""
    changelog = (project / CHANGELOG).read_text(encoding="utf-8")
    metrics = sorted(definitions.catalogue.metrics.values(), key=lambda metric: metric.label)
    return [_page(metric, definitions, changelog) for metric in metrics]


def _page(metric: Metric, definitions: Definitions, changelog: str) -> Page:
    upstream = definitions.upstream(metric)
    parents = {parent for model in upstream for parent in model.parents}
    history = re.findall(rf"^- `{re.escape(metric.name)}` (v\d+: .*)$", changelog, re.MULTILINE)
    return Page(
        metric=metric,
        owner=definitions.catalogue.owner(metric),
        formula=_formula(metric, definitions.project.manifest["metrics"]),
        sql=formatted(definitions.question(metric)),
        history=tuple(history),
        readers={kind: names for kind, names in readers(metric, definitions).items() if names},
        marts=tuple(model.name for model in upstream if model.layer == "marts"),
        models=tuple(model.name for model in upstream if model.layer == "intermediate"),
        sources=tuple(
            source.name for source in definitions.project.sources if source.unique_id in parents
        ),
    )


def _formula(metric: Metric, nodes: dict[str, Any]) -> str:
    node = next(node for node in nodes.values() if node["name"] == metric.name)
    params = node["type_params"]
    if node["type"] == "ratio":
        return f"{params['numerator']['name']} / {params['denominator']['name']}"
    return str(params["expr"] or params["measure"]["name"])


@dataclass(frozen=True)
class Mart:
    """A mart in the dictionary: its columns as name, type and description."""

    name: str
    group: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


def dictionary(definitions: Definitions) -> list[Mart]:
    """Give the marts that people read, by name; those that only metrics read are left out."""
    marts = [
        Mart(
            name=f"{node['name']}_v{node['version']}",
            group=node["group"],
            description=" ".join(node["description"].split()),
            columns=tuple(
                (name, column["data_type"] or "", " ".join(column["description"].split()))
                for name, column in node["columns"].items()
            ),
        )
        for node in definitions.project.manifest["marts"].values()
        if node["group"] != "metrics"
    ]
    return sorted(marts, key=lambda mart: mart.name)
