"""What the project says of each metric: the glossary, read from dbt's manifest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from product_health.compiled.project import CompiledProject
from product_health.errors import UserError, unknown
from product_health.semantics.filters import filters, wrong_in_filter

TIERS = ("certified", "draft")
DIRECTIONS = ("up", "down", "none")
GRAINS = ("day", "week", "month", "quarter", "year")
UNITS = (
    *("people", "accounts", "features", "sessions", "tickets"),
    *("share", "ratio", "points", "score", "minutes"),
    *("uses_per_day", "tickets_per_100_people"),
)
REQUIRED = ("owner", "version", "since", "tier", "unit", "direction", "grains")
OPTIONAL = ("deprecated", "margin")
# How dbt describes a metric that it makes of a measure (create_metric), an input of others.
MADE = "Metric created from measure "
DEPRECATION = ("since", "until", "use")


@dataclass(frozen=True)
class Deprecation:
    """Since when a metric is on its way out, by when it is gone, and what to use instead."""

    since: date
    until: date
    use: str

    def __str__(self) -> str:
        """Tell it in words."""
        return f"going on {self.until} (use {self.use})"


@dataclass(frozen=True)
class Metric:
    """A metric of the glossary.

    `grains` are the lengths of period at which it has a meaning; `dimensions` maps what people call
    a dimension to MetricFlow's name of it (plan: nps__plan); `margin` names the metric that holds
    half of its 95 % interval; `marts` and `inputs` are the relations and metrics it is made of;
    `is_sum` where a period's value is the sum of its dates, and grows until the period is over.
    """

    name: str
    label: str
    description: str
    kind: str
    file: str
    owner: str
    version: int
    since: date
    tier: str
    unit: str
    direction: str
    grains: tuple[str, ...]
    dimensions: Mapping[str, str]
    margin: str | None
    deprecated: Deprecation | None
    marts: tuple[str, ...]
    inputs: tuple[str, ...]
    is_sum: bool


class Catalogue:
    """The metrics of a project by name, without the inputs that dbt makes of measures."""

    def __init__(self, project: CompiledProject) -> None:
        """Read the metrics; UserError where one lacks what each must say of itself."""
        self._nodes = {node["name"]: node for node in project.manifest["metrics"].values()}
        self._by_id = {node["unique_id"]: node for node in project.manifest["metrics"].values()}
        self._models = project.manifest["semantic_models"]
        self._owners = {
            group["owner"]["name"]: group["owner"] for group in project.manifest["groups"].values()
        }
        problems = [text for name in self.names for text in self._problems(self._nodes[name])]
        if problems:
            raise UserError("\n".join(problems))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all metrics, sorted."""
        made = {name for name, node in self._nodes.items() if node["description"] == MADE + name}
        return tuple(sorted(self._nodes.keys() - made))

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """All metrics by name."""
        return {name: self._metric(self._nodes[name]) for name in self.names}

    def owner(self, metric: Metric) -> str:
        """Give name and address of whoever must agree to a change of a metric."""
        return f"{metric.owner} <{self._owners[metric.owner]['email']}>"

    def find(self, name: str) -> Metric:
        """Give a metric; UserError with near names where there is none such."""
        if name in self.metrics:
            return self.metrics[name]
        raise UserError(unknown("metric", name, self.names))

    def _problems(self, node: dict[str, Any]) -> list[str]:
        """Say what a metric lacks or has wrong, each with its file and what to do."""
        meta = node["config"]["meta"]
        where = f"{node['original_file_path']}: metric {node['name']}"
        known = REQUIRED + OPTIONAL
        missing = [key for key in REQUIRED if key not in meta]
        extra = [key for key in meta if key not in known]
        found = []
        if missing:
            found.append(f"{where}: add {', '.join(missing)} under config.meta")
        if extra:
            told = f"unknown in config.meta: {', '.join(extra)}; known are {', '.join(known)}"
            found.append(f"{where}: {told}")
        if not found:
            found += [f"{where}: {problem}" for problem in self._wrong(meta)]
        if not (node["label"] and node["description"].strip()):
            found.append(f"{where}: needs a label and a description")
        return found + [f"{where}: filter: {told}" for told in self._wrong_filters(node)]

    def _wrong_filters(self, node: dict[str, Any]) -> list[str]:
        known = _names(self._models_of(node))
        texts = dict.fromkeys(filters(node, "where_sql_template"))
        return [told for text in texts for told in wrong_in_filter(text, known)]

    def _wrong(self, meta: dict[str, Any]) -> list[str]:
        allowed = {
            "owner": sorted(self._owners),
            "tier": TIERS,
            "unit": UNITS,
            "direction": DIRECTIONS,
        }
        found = [
            f"{key} is {meta[key]!r}, not one of {', '.join(values)}"
            for key, values in allowed.items()
            if meta[key] not in values
        ]
        if not isinstance(meta["version"], int) or meta["version"] < 1:
            found.append(f"version is {meta['version']!r}, not a whole number from 1")
        if _date(meta["since"]) is None:
            found.append(f"since is {meta['since']!r}, not a date like 2026-01-31")
        if not set(meta["grains"]) <= set(GRAINS) or not meta["grains"]:
            found.append(f"grains are {meta['grains']}, not some of {', '.join(GRAINS)}")
        if meta.get("margin") and meta["margin"] not in self._nodes:
            found.append(f"margin is {meta['margin']!r}, which is no metric")
        return found + self._wrong_deprecation(meta.get("deprecated"))

    def _wrong_deprecation(self, deprecated: Any) -> list[str]:
        if deprecated is None:
            return []
        if not isinstance(deprecated, dict) or set(deprecated) != set(DEPRECATION):
            return [f"deprecated needs exactly {', '.join(DEPRECATION)}"]
        dates = [_date(deprecated["since"]), _date(deprecated["until"])]
        found = [] if all(dates) else ["deprecated: since and until are dates like 2026-01-31"]
        if deprecated["use"] not in self._nodes:
            found.append(f"deprecated: use is {deprecated['use']!r}, which is no metric")
        return found

    def _metric(self, node: dict[str, Any]) -> Metric:
        meta = node["config"]["meta"]
        models = self._models_of(node)
        return Metric(
            name=node["name"],
            label=node["label"],
            description=" ".join(node["description"].split()),
            kind=node["type"],
            file=node["original_file_path"],
            owner=meta["owner"],
            version=meta["version"],
            since=date.fromisoformat(str(meta["since"])),
            tier=meta["tier"],
            unit=meta["unit"],
            direction=meta["direction"],
            grains=tuple(grain for grain in GRAINS if grain in meta["grains"]),
            dimensions=_dimensions(models),
            margin=meta.get("margin"),
            deprecated=_deprecation(meta.get("deprecated")),
            marts=tuple(sorted({model["node_relation"]["alias"] for model in models})),
            inputs=tuple(sorted(self._inputs(node))),
            is_sum=_is_sum(node, models),
        )

    def _inputs(self, node: dict[str, Any]) -> set[str]:
        parents = node["depends_on"]["nodes"]
        return {self._by_id[parent]["name"] for parent in parents if parent in self._by_id}

    def _models_of(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the semantic models that a metric is made of, through other metrics."""
        found: dict[str, dict[str, Any]] = {}
        waiting = list(node["depends_on"]["nodes"])
        seen = {node["unique_id"]}
        while waiting:
            parent = waiting.pop()
            if parent in self._models:
                found[parent] = self._models[parent]
            elif parent in self._by_id and parent not in seen:
                seen.add(parent)
                waiting += self._by_id[parent]["depends_on"]["nodes"]
        return [found[name] for name in sorted(found)]


def _names(models: Iterable[dict[str, Any]]) -> list[str]:
    """Give MetricFlow's names of the dimensions and flags that all models share."""
    each = [
        [f"{model['primary_entity']}__{dimension['name']}" for dimension in model["dimensions"]]
        for model in models
    ]
    return [name for name in each[0] if all(name in one for one in each)] if each else []


def _dimensions(models: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Give the dimensions that all models share; flags are conditions, not dimensions."""
    each = [
        {
            dimension["name"]: f"{model['primary_entity']}__{dimension['name']}"
            for dimension in model["dimensions"]
            if dimension["type"] == "categorical"
            and not dimension["name"].startswith(("is_", "has_"))
        }
        for model in models
    ]
    shared = set.intersection(*(set(one) for one in each)) if each else set()
    return {name: each[0][name] for name in sorted(shared)}


def _is_sum(node: dict[str, Any], models: Iterable[dict[str, Any]]) -> bool:
    """Whether a metric is a measure that may be added up over dates."""
    return node["type"] == "simple" and any(
        measure["name"] == node["type_params"]["measure"]["name"]
        and measure["agg"] == "sum"
        and measure["non_additive_dimension"] is None
        for model in models
        for measure in model["measures"]
    )


def _deprecation(said: dict[str, Any] | None) -> Deprecation | None:
    if said is None:
        return None
    since, until = (date.fromisoformat(str(said[key])) for key in ("since", "until"))
    return Deprecation(since, until, said["use"])


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
