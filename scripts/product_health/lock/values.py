"""Values of metrics on raw rows, as they stand in the lock."""

from datetime import date
from pathlib import Path

from product_health.meaning.definitions import Definitions, Split, whole_split
from product_health.semantics.catalogue import Metric
from product_health.semantics.columns import missing_columns
from product_health.semantics.engine import TIME
from product_health.semantics.units import rounded
from product_health.workbench.bench import ModelError, QueryError, Workbench
from product_health.workbench.rows import CsvFolder

FIXED_COMPANY = Path("tests/fixed_company")
ALL = "all"

Value = float | int | None
# By part (all, or dimensions with their values), then by first date of the period.
Values = dict[str, dict[str, Value]]


def fixed_workbench(project: Path) -> Workbench:
    """Open a workbench on the fixed company of a project; UserError where it has none."""
    return Workbench(CsvFolder(project / FIXED_COMPANY))


def values(
    bench: Workbench, definitions: Definitions, metric: Metric, split: Split | None = None
) -> Values:
    """Compute a metric by month, or what is nearest to it, in total and for each segment.

    One question asks for all of it: a row names at most the segments that it is split by.
    """
    split = split or whole_split(metric)
    period = f"{TIME}__{split.grain}"
    found: Values = {}
    for row in bench.query(definitions.project, definitions.question(metric, split)):
        named = [(dimension, row[metric.dimensions[dimension]]) for dimension in split.dimensions]
        part = ", ".join(f"{dimension} {held}" for dimension, held in named if held is not None)
        value = rounded(row[metric.name])
        if value is not None or not part:
            day = str(row[period])[: len(str(date.min))]
            found.setdefault(part or ALL, {})[day] = value
    parts = sorted(found, key=lambda part: (part != ALL, part))
    return {part: dict(sorted(found[part].items())) for part in parts}


def uncomputed(definitions: Definitions, metric: Metric, rows: str, error: QueryError) -> str:
    """Say in a sentence why a metric cannot be computed, and which file is to be mended."""
    if isinstance(error, ModelError):
        reads = f"Mend it, or a macro that it calls; metric {metric.name} is made of it"
        return f"{str(error).rstrip('.')} (on {rows}). {reads}"
    if missing := missing_columns(definitions.project, metric):
        return missing[0]
    return (
        f"{metric.file}: metric {metric.name} cannot be computed on {rows}: {error}. "
        "Mend the metric, or the model that it reads"
    )
