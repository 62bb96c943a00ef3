"""The metrics of the project with one relation made faulty: which of them notice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from product_health.compiled.project import Model
from product_health.meaning.definitions import Definitions
from product_health.meaning.digests import digest
from product_health.meaning.hashing import Meaning, meaning
from product_health.meaning.project import plain


@dataclass(frozen=True)
class Trees:
    """A model's SQL with every column qualified; `increment` is that of its incremental branch."""

    whole: exp.Expr
    increment: exp.Expr | None


class Project:
    """Keeps the syntax tree of every model and metric, so that a fault costs milliseconds."""

    def __init__(self, definitions: Definitions) -> None:
        """Parse everything once."""
        self.definitions = definitions
        self.certified = [
            metric
            for metric in definitions.catalogue.metrics.values()
            if metric.tier == "certified"
        ]
        self.relations = dict(definitions.meaning.relations)
        self.trees = {model.name: self._trees(model) for model in self.models()}
        self.questions = {
            metric.name: definitions.meaning.qualified(definitions.question(metric))
            for metric in self.certified
        }
        self.fingerprints = {
            name: self._fingerprint(name, self.relations) for name in self.questions
        }

    def models(self) -> list[Model]:
        """Give the models that lead to a certified metric, in the order of building."""
        upstream = {
            model.name for metric in self.certified for model in self.definitions.upstream(metric)
        }
        return [model for model in self.definitions.project.models if model.name in upstream]

    def _trees(self, model: Model) -> Trees:
        qualified = self.definitions.meaning.qualified
        increment = model.incremental_sql
        return Trees(qualified(model.sql), qualified(increment) if increment else None)

    def _fingerprint(self, metric: str, relations: Mapping[str, Meaning]) -> str:
        metrics = self.definitions.catalogue.metrics
        found = meaning(self.questions[metric], relations)
        return found.of(self.definitions.columns(metrics[metric]))

    def meaning_of(self, model: Model, trees: Trees, relations: Mapping[str, Meaning]) -> Meaning:
        """Give the meaning of a model by its trees, as the fingerprint has it."""
        whole = meaning(trees.whole, relations)
        if trees.increment is None:
            return whole
        itself = Meaning(
            digest("itself", whole.rows),
            {name: digest("itself", found) for name, found in whole.columns.items()},
        )
        increment = meaning(trees.increment, {**relations, plain(model.relation): itself})
        return Meaning(
            digest("incremental", model.strategy, whole.rows, increment.rows),
            {
                name: digest("incremental", found, increment.column(name))
                for name, found in whole.columns.items()
            },
        )

    def noticing(self, relation: str, faulty: Meaning) -> Iterator[str]:
        """Give the certified metrics whose fingerprint differs where a relation means this."""
        relations = {**self.relations, relation: faulty}
        changed = {relation}
        for model in self.models():
            name = plain(model.relation)
            if name != relation and changed & self._parents(model):
                relations[name] = self.meaning_of(model, self.trees[model.name], relations)
                if relations[name] != self.relations[name]:
                    changed.add(name)
        for metric, fingerprint in self.fingerprints.items():
            if self._fingerprint(metric, relations) != fingerprint:
                yield metric

    def _parents(self, model: Model) -> set[str]:
        by_id = {
            node.unique_id: plain(node.relation) for node in self.definitions.project.relations()
        }
        return {by_id[parent] for parent in model.parents if parent in by_id}
