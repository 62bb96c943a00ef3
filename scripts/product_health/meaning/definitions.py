"""The metrics of a project at one state: what is said of them, and what they mean."""

from functools import cached_property

from product_health.compiled.project import CompiledProject, Model
from product_health.meaning.project import ProjectMeaning, Unread
from product_health.semantics.catalogue import Catalogue, Metric
from product_health.semantics.engine import TIME, metric_sql


class Definitions:
    """Metadata, SQL and fingerprints of the metrics of one compiled project."""

    def __init__(self, project: CompiledProject) -> None:
        """Read what is said of the metrics; UserError where one lacks what each must say."""
        self.project = project
        self.catalogue = Catalogue(project)
        self._fingerprints: dict[str, str] = {}
        self.sql = metric_sql(project.semantic_manifest)

    @cached_property
    def meaning(self) -> ProjectMeaning:
        """What each relation of the project means."""
        return ProjectMeaning(self.project)

    def grain(self, metric: Metric) -> str:
        """Give the grain at which a metric is compared: by month, or what is nearest to it."""
        return "month" if "month" in metric.grains else metric.grains[-1]

    def question(self, metric: Metric) -> str:
        """Give the SQL that asks for all of a metric: by period, and by all its dimensions."""
        names = [f"{TIME}__{self.grain(metric)}", *metric.dimensions.values()]
        return self.sql.sql(metric.name, names)

    def fingerprint(self, metric: Metric) -> str:
        """Give a hash of what a metric means, from its YAML down to the sources."""
        if metric.name not in self._fingerprints:
            found = self.meaning.of_sql(self.question(metric))
            self._fingerprints[metric.name] = found.of(found.columns)
        return self._fingerprints[metric.name]

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
        upstream = {model.name: model for model in self.upstream(metric)}
        hooks = [
            Unread(model.name, "has hooks, whose SQL is not part of the fingerprint")
            for model in upstream.values()
            if model.has_hooks
        ]
        return [one for one in self.meaning.unread if one.name in upstream] + hooks
