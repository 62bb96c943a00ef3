"""MetricFlow in this process: the SQL of a metric.

Its engine is no stable interface, so nothing else imports it.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, NoReturn

from product_health.errors import UserError

TIME = "metric_time"


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
def metric_sql(semantic_manifest: str) -> "MetricSql":
    """Give the writer for a semantic manifest; states that share one share its answers."""
    return MetricSql(semantic_manifest)


class MetricSql:
    """Writes the SQL of metrics, from the text of dbt's semantic_manifest.json."""

    def __init__(self, semantic_manifest: str) -> None:
        """Keep the text; MetricFlow is started with the first question."""
        self._text = semantic_manifest
        self._written: dict[tuple[str, ...], str] = {}

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

    def sql(self, metric: str, group_by: Sequence[str] = (), where: Sequence[str] = ()) -> str:
        """Give the SQL of a metric, with a column for each name of `group_by` and one of its own.

        Names are MetricFlow's: metric_time__month, nps__plan. UserError where it refuses them.
        """
        asked = (metric, *group_by, "where", *where)
        if asked not in self._written:
            self._written[asked] = self._write(metric, group_by, where)
        return self._written[asked]

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


def _reason(text: str) -> str:
    """Give what MetricFlow says in a line, without where in its own code that was."""
    told = text.split("Message:", 1)[-1]
    for aside in ("Issue Location:", "Traceback (most recent call last)", "Got exception:"):
        told = told.split(aside, 1)[0]
    return " ".join(told.split())
