"""The metrics of a project at one state: what is said of them, and what they mean."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlglot.errors import SqlglotError

from product_health.compiled.project import CompiledProject, Model
from product_health.meaning.digests import digest
from product_health.meaning.project import ProjectMeaning, Unread, plain
from product_health.semantics.catalogue import Catalogue, Metric
from product_health.semantics.engine import TIME, metric_sql


@dataclass(frozen=True)
class Split:
    """The length of period and the dimensions by which all of a metric is asked for."""

    grain: str
    dimensions: tuple[str, ...]


def whole_split(metric: Metric) -> Split:
    """Ask for a metric by month, or what is nearest to it, and by all its dimensions."""
    return Split(preferred_grain(metric.grains), tuple(sorted(metric.dimensions)))


def shared_split(old: Metric, new: Metric) -> Split:
    """Ask two states of a metric for what both can tell; a grain that only one has if need be."""
    grains = tuple(grain for grain in new.grains if grain in old.grains)
    shared = tuple(sorted(old.dimensions.keys() & new.dimensions.keys()))
    return Split(preferred_grain(grains or new.grains), shared)


def at_shortest(split: Split, *sides: Metric) -> Split:
    """Ask the same by the shortest period that these states of a metric share, for all of it."""
    shared = [grain for grain in sides[-1].grains if all(grain in one.grains for one in sides)]
    return Split(shared[0] if shared else split.grain, split.dimensions)


def preferred_grain(grains: tuple[str, ...]) -> str:
    """Give the grain at which a metric is compared: month, or else the longest."""
    return "month" if "month" in grains else grains[-1]


class Definitions:
    """Metadata, SQL and fingerprints of the metrics of one compiled project."""

    def __init__(self, project: CompiledProject, kept: Path | None = None) -> None:
        """Read what is said of the metrics; UserError where one lacks what each must say.

        `kept` is a folder for the SQL of metrics, and for what SQL means.
        """
        self.project = project
        self.kept = kept
        self.catalogue = Catalogue(project)
        self._fingerprints: dict[tuple[str, Split], str] = {}
        self._unread: dict[str, Unread] = {}
        self.sql = metric_sql(project.semantic_manifest, kept)

    @cached_property
    def meaning(self) -> ProjectMeaning:
        """What each relation of the project means."""
        return ProjectMeaning(self.project, self.kept)

    def question(self, metric: Metric, split: Split | None = None) -> str:
        """Give the SQL that asks for all of a metric: by period, and by all its dimensions."""
        *group_by, _ = self.columns(metric, split)
        return self.sql.sql(metric.name, group_by)

    def columns(self, metric: Metric, split: Split | None = None) -> list[str]:
        """Give the columns of the answer, which MetricFlow may give in another order."""
        split = split or whole_split(metric)
        named = [metric.dimensions[name] for name in split.dimensions]
        return [f"{TIME}__{split.grain}", *named, metric.name]

    def fingerprint(self, metric: Metric, split: Split | None = None) -> str:
        """Give a hash of what a metric means, from its YAML down to the sources.

        Its name is no part of it, nor are those of its dimensions, but which comes after which.
        """
        split = split or whole_split(metric)
        if (metric.name, split) not in self._fingerprints:
            self._fingerprints[metric.name, split] = self._hash(metric, split)
        return self._fingerprints[metric.name, split]

    def _hash(self, metric: Metric, split: Split) -> str:
        sql = self.question(metric, split)
        try:
            return self.meaning.of_sql(sql).of(self.columns(metric, split))
        except (SqlglotError, KeyError, ValueError) as error:
            self._unread[metric.name] = Unread(metric.name, str(error))
            read = (plain(model.relation) for model in self.upstream(metric))
            found = [self.meaning.relations[name] for name in read]
            held = [text for one in found for text in (one.rows, *one.columns.values())]
            return digest("text", sql, *held)

    def upstream(self, metric: Metric) -> tuple[Model, ...]:
        """Give the models that a metric is made of, in the order of building."""
        marts = set(metric.marts)
        roots = [
            model.unique_id
            for model in self.project.models
            if model.relation.replace('"', "").split(".")[-1] in marts
        ]
        return self.project.upstream(roots)

    def unread(self, metric: Metric) -> list[Unread]:
        """Give what of a metric's meaning cannot be told from SQL."""
        self.fingerprint(metric)
        own = [self._unread[metric.name]] if metric.name in self._unread else []
        upstream = {model.name: model for model in self.upstream(metric)}
        hooks = [
            Unread(model.name, "has hooks, whose SQL is not part of the fingerprint")
            for model in upstream.values()
            if model.has_hooks
        ]
        return own + [one for one in self.meaning.unread if one.name in upstream] + hooks
