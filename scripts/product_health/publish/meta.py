"""Schema meta of a set: what made it, and the history of metrics that travels from set to set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from product_health.check.results import CheckResult
from product_health.errors import UserError
from product_health.publish.duckdb_files import META, SetReader, SetWriter
from product_health.publish.history import Definition, History, Value
from product_health.publish.plan import Question
from product_health.publish.sets import PUBLISHED, Publication

HISTORY = "metric_history"
RUN = "The publication, in order of time."
METRIC = "Name of the metric, as `product-health query` takes it."
GRAIN = "Length of the period: week or month, whichever metrics are compared by."
PERIOD = "First date of the period. Periods are here once they are complete."
CAUSE = (
    "Why the value is another than in the publication before: definition, rules (a seed), identity "
    "(an actor turned out to be someone else), late data. NULL where it never moved."
)
ALSO = "Other causes that were there at the same time, or NULL."

PUBLICATION = {
    "run_id": ("varchar", RUN),
    "previous_run_id": ("varchar", "The publication that people read before it, or NULL."),
    "published_at": ("timestamp", "When, in UTC."),
    "commit_id": ("varchar", "Commit of the project, or 'uncommitted' where a file differed."),
    "lock_sha256": ("varchar", "Hash of metrics/metrics.lock, which holds what metrics mean."),
    "dbt_version": ("varchar", "Version of dbt-core that built it."),
    "duckdb_version": ("varchar", "Version of DuckDB that wrote it."),
    "loads": ("bigint", "How many loads it was built from."),
    "last_load_id": ("bigint", "The highest load that it was built from."),
}
TABLES = {
    "table_name": ("varchar", "Schema and table."),
    "row_count": ("bigint", "How many rows it has in this set."),
}
LOADS = {
    "load_id": ("bigint", "Number of the load."),
    "entity": ("varchar", "The table that it brought rows of."),
    "fingerprint": ("varchar", "SHA-256 of what was landed, and how."),
}
DEFINITIONS = {
    "metric": ("varchar", METRIC),
    "run_id": ("varchar", RUN),
    "version": ("integer", "Version of the metric."),
    "fingerprint": ("varchar", "What it means, as in metrics.lock."),
    "shape": ("varchar", "The same without the rows of seeds."),
}
VALUES = {
    "metric": ("varchar", METRIC),
    "grain": ("varchar", GRAIN),
    "period_start": ("date", PERIOD),
    "run_id": ("varchar", RUN),
    "value": ("double", "The value from this publication on."),
    "cause": ("varchar", CAUSE),
    "also": ("varchar", ALSO),
}
CHECKS = {
    "suite": ("varchar", "Name of the suite, a file in tests/expectations/."),
    "expectation": ("varchar", "Name of the expectation in its suite."),
    "relation": ("varchar", "Schema and name of what it is of."),
    "severity": ("varchar", "error stops publishing, warn is shown."),
    "is_met": ("boolean", "Whether it was so when this set was made."),
    "description": ("varchar", "What is expected, and why."),
}
HISTORY_COLUMNS = {
    "metric": METRIC,
    "unit": "Unit of the value; a share is 0 to 1.",
    "grain": GRAIN,
    "period_start": PERIOD,
    "first_value": "The value as it was first published.",
    "first_run_id": "The publication in which that was.",
    "value": "The value now.",
    "changed_run_id": "The publication in which it became so.",
    "version": "Version of the metric in that publication.",
    "is_restated": "Whether the value is another than the first.",
    "cause": CAUSE,
    "also": ALSO,
}
HISTORY_SQL = """
    create view meta.metric_history as
    with numbered as (
        select
            *,
            row_number() over (periods order by run_id) as place,
            row_number() over (periods order by run_id desc) as place_from_end,
            first_value(value) over (periods order by run_id) as first_value,
            first_value(run_id) over (periods order by run_id) as first_run_id
        from meta.metric_values
        window periods as (partition by metric, grain, period_start)
    )

    select
        numbered.metric,
        units.unit,
        numbered.grain,
        numbered.period_start,
        numbered.first_value,
        numbered.first_run_id,
        numbered.value,
        numbered.run_id as changed_run_id,
        definitions.version,
        numbered.value is distinct from numbered.first_value as is_restated,
        numbered.cause,
        numbered.also
    from numbered
    left join meta.metric_units as units on numbered.metric = units.metric
    asof left join meta.metric_definitions as definitions
        on numbered.metric = definitions.metric and numbered.run_id >= definitions.run_id
    where numbered.place_from_end = 1
"""


def read_history(folder: Path) -> History:
    """Give the history that a set carries."""
    reader = SetReader(folder)
    definitions = reader.rows(_select(DEFINITIONS, "metric_definitions"))
    values = reader.rows(_select(VALUES, "metric_values"))
    return History(
        tuple(Definition(*row) for row in definitions), tuple(Value(*row) for row in values)
    )


def read_publications(folder: Path) -> list[tuple[object, ...]]:
    """Give the rows of all publications up to a set, oldest first."""
    return list(SetReader(folder).rows(_select(PUBLICATION, "publications")))


def require_same_data(folder: Path, landed: Iterable[tuple[int, str, str]]) -> None:
    """Raise UserError where a set was made of loads none of which is among those landed.

    Its history is of other data then, and its values are not what these were before.
    """
    before = _fingerprints(folder)
    now = {fingerprint for _, _, fingerprint in landed}
    if before and now and before.isdisjoint(now):
        message = (
            f"not published: {folder} tells of other data, none of its {len(before)} landed tables "
            "is in the warehouse; publish these from a clone of their own, or, to begin a history "
            f"anew, move {PUBLISHED}/ out of this folder and run `product-health publish` again"
        )
        raise UserError(message)


def _fingerprints(folder: Path) -> set[str]:
    reader = SetReader(folder)
    there = f"select 1 from duckdb_tables() where schema_name = '{META}' and table_name = 'loads'"
    # sets of version 0.1.0 did not tell
    found = reader.rows(f"select fingerprint from {META}.loads") if reader.rows(there) else []
    return {told for (told,) in found}


def write_loads(writer: SetWriter, landed: Sequence[tuple[int, str, str]]) -> None:
    """Write what a set was made of."""
    told = "What this set was made of. Grain: a load of an entity."
    writer.add_table("loads", LOADS, landed, told)


def _select(columns: Mapping[str, object], table: str) -> str:
    return f"select {', '.join(columns)} from {META}.{table} order by run_id, 1, 2, 3"


def write_meta(
    writer: SetWriter,
    card: Publication,
    earlier: list[tuple[object, ...]],
    history: History,
    questions: tuple[Question, ...],
) -> None:
    """Write schema meta, and the history of metrics as Parquet."""
    row = astuple(card)[: len(PUBLICATION)]
    writer.add_table("publication", PUBLICATION, [row], "What made this set. Grain: one row.")
    told = "Every publication up to this set. Grain: a publication. Only ever added to."
    writer.add_table("publications", PUBLICATION, [*earlier, row], told)
    told = "How many rows each table of this set has. Grain: a table."
    writer.add_table("tables", TABLES, sorted(card.tables.items()), told)
    told = "What certified metrics meant. Grain: a metric and a publication that changed it."
    rows = [astuple(one) for one in history.definitions]
    writer.add_table("metric_definitions", DEFINITIONS, rows, told)
    told = (
        "Values of certified metrics in total. Grain: a metric, a period, and a publication in "
        "which the value was new or moved. Only ever added to."
    )
    writer.add_table("metric_values", VALUES, [astuple(one) for one in history.values], told)
    told = "The unit of each certified metric. Grain: a metric."
    columns = {key: ("varchar", HISTORY_COLUMNS[key]) for key in ("metric", "unit")}
    writer.add_table("metric_units", columns, [(one.metric, one.unit) for one in questions], told)
    writer.run(HISTORY_SQL)
    told = "Values of certified metrics as first published and now. Grain: a metric and a period."
    writer.describe("view", f"{META}.{HISTORY}", told, HISTORY_COLUMNS)
    writer.export(f"{META}.{HISTORY}", HISTORY)


def write_checks(writer: SetWriter, check: CheckResult) -> None:
    """Write what was expected of a set, and whether it was so."""
    told = "What was expected of the data of this set. Grain: an expectation of a suite."
    writer.add_table("checks", CHECKS, [astuple(one) for one in check.verdicts], told)
