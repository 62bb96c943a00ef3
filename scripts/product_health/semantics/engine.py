"""MetricFlow in this process: the SQL of a metric.

Its engine is no stable interface, so nothing else imports it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from product_health.errors import UserError
from product_health.files import keep_newest, kept_text

TIME = "metric_time"
WORD = re.compile(r"\w+")
# Writes SQL from a semantic manifest, a metric, what it is split by, and conditions.
Write = Callable[[str, str, Sequence[str], Sequence[str]], str]
# What MetricFlow says after the reason: advice on its own names, its query, places in its code.
ASIDES = (
    *("Common issues are:", "Suggestions:", "Query Input:", "Issue Location:"),
    *("Traceback (most recent call last)", "Got exception:"),
)
# Answers that are kept: those of some states of the project.
MOST_KEPT = 1000
# What a semantic manifest says for people.
FOR_PEOPLE = ("config", "description", "label", "metadata")
# What was written in this process, by all that decides it.
_written: dict[str, str] = {}


class _Client:
    """What MetricFlow asks of a database while it writes SQL: the dialect, and nothing else."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()

    def query(self, *_: object) -> NoReturn:
        """Refuse: SQL is written here, not run."""
        message = "this client writes SQL and runs none"
        raise NotImplementedError(message)

    execute = dry_run = query


@lru_cache(maxsize=4)
def metric_sql(semantic_manifest: str, kept: Path | None = None) -> "MetricSql":
    """Give the writer for a semantic manifest; states that share one share its answers."""
    return MetricSql(semantic_manifest, kept)


class MetricSql:
    """Writes the SQL of metrics, from the text of dbt's semantic_manifest.json.

    `kept` is a folder in which what was written is found again: MetricFlow takes seconds to start.
    """

    def __init__(self, semantic_manifest: str, kept: Path | None = None) -> None:
        """Keep the text; MetricFlow is started with the first question that was not kept."""
        if kept:
            keep_newest(kept, "*.sql", MOST_KEPT)
        self._text = semantic_manifest
        self._kept = kept

    @cached_property
    def _engine(self) -> Any:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        manifest = parse_manifest_from_dbt_generated_manifest(self._text)
        client: Any = _Client()
        return MetricFlowEngine(SemanticManifestLookup(manifest), client)

    def sql(
        self,
        metric: str,
        group_by: Sequence[str] = (),
        where: Sequence[str] = (),
        *,
        write: Write | None = None,
    ) -> str:
        """Give the SQL of a metric, with a column for each name of `group_by` and one of its own.

        Names are MetricFlow's: metric_time__month, nps__plan. UserError where it refuses them.
        `write` writes what was not kept, in place of MetricFlow in this process.
        """
        asked = (metric, *group_by, "where", *where)
        said = json.dumps([version("metricflow"), self._deciding(asked), *asked])
        name = hashlib.sha256(said.encode()).hexdigest()[:32]
        if name not in _written:
            _written[name] = self._kept_or_written(
                name,
                lambda: (
                    write(self._text, metric, group_by, where)
                    if write
                    else self._write(metric, group_by, where)
                ),
            )
        return _written[name]

    def _kept_or_written(self, name: str, write: Callable[[], str]) -> str:
        return kept_text(self._kept / f"{name}.sql", write) if self._kept else write()

    def _deciding(self, asked: Sequence[str]) -> list[str]:
        """Give what of the manifest the answer to a question may depend on."""
        shared, metrics = self._parts
        waiting = [word for text in asked for word in WORD.findall(text)]
        needed: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in metrics and name not in needed:
                needed.add(name)
                waiting += WORD.findall(metrics[name])
        return [shared, *(metrics[name] for name in sorted(needed))]

    @cached_property
    def _parts(self) -> tuple[str, dict[str, str]]:
        """Give the manifest without its metrics and saved queries, and each metric, as text."""
        manifest = _without_words(json.loads(self._text))
        metrics = {one["name"]: json.dumps(one, sort_keys=True) for one in manifest.pop("metrics")}
        manifest.pop("saved_queries")
        return hashlib.sha256(json.dumps(manifest).encode()).hexdigest(), metrics

    def _write(self, metric: str, group_by: Sequence[str], where: Sequence[str]) -> str:
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest
        from metricflow_semantics.errors.error_classes import InvalidQueryException

        request = MetricFlowQueryRequest.create(
            metric_names=[metric],
            group_by_names=list(group_by),
            where_constraints=list(where),
        )
        try:
            written: str = self._engine.explain(request).sql_statement.sql
        except InvalidQueryException as error:
            asked = (
                f"by {', '.join(group_by) or 'nothing'} where {' and '.join(where) or 'anything'}"
            )
            message = f"metric {metric}: MetricFlow refuses it {asked}: {_reason(str(error))}"
            raise UserError(message) from error
        return written


def _without_words(part: Any) -> Any:
    """Drop what a manifest says for people, in every part of it."""
    if isinstance(part, dict):
        return {key: _without_words(one) for key, one in part.items() if key not in FOR_PEOPLE}
    return [_without_words(one) for one in part] if isinstance(part, list) else part


def _reason(text: str) -> str:
    """Give what MetricFlow says in a line, without where in its own code that was."""
    told = text.split("Message:", 1)[-1]
    for aside in ASIDES:
        told = told.split(aside, 1)[0]
    return " ".join(told.split())
