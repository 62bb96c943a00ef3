"""Faults everywhere, one at a time: does the lock notice?

Usage: python tests/mutants/mutants.py [--only sql|metrics|seeds|vars] [--model NAME]

Every literal, comparison, join, aggregate, order and filter of the models that lead to a certified
metric (macros filled in, both branches of incremental models), of the metrics' YAML, the rows of
seeds and the vars is made faulty. A fault is noticed where the fingerprint of a certified metric
differs, so that `product-health lock --check` fails. One that changes only columns which nobody
reads, or no certified metric, is counted apart. Survivors are printed, and make the exit code 1.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.progress import track
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections

from metric_graph import Project
from product_health.compiled.cache import compiled
from product_health.meaning.definitions import Definitions
from product_health.meaning.project import DIALECT, of_seed, plain
from product_health.project import find_project
from product_health.repository import CACHE
from sql_faults import faulty
from yaml_faults import faulty_manifests

NOTICED, OUTSIDE, SURVIVED = "noticed", "of no certified metric", "survived"


@dataclass(frozen=True)
class Outcome:
    """A fault, where it is, and what came of it."""

    where: str
    fault: str
    outcome: str


def sql_faults(project: Project, only: str | None) -> Iterator[Outcome]:
    """Try every fault in the SQL of models."""
    models = [model for model in project.models() if only in (None, model.name)]
    for model in track(models, "models", transient=True):
        trees = project.trees[model.name]
        relation = plain(model.relation)
        sides = {"": trees.whole, " (incremental)": trees.increment}
        for side, tree in sides.items():
            if tree is None:
                continue
            for fault, copy in faulty(tree):
                broken = replace(trees, increment=copy) if side else replace(trees, whole=copy)
                changed = project.meaning_of(model, broken, project.relations)
                if changed == project.relations[relation]:
                    outcome = OUTSIDE if is_read_by_nobody(tree, copy) else SURVIVED
                else:
                    outcome = NOTICED if any(project.noticing(relation, changed)) else OUTSIDE
                yield Outcome(f"{model.name}{side}", str(fault), outcome)


def is_read_by_nobody(tree: exp.Expr, copy: exp.Expr) -> bool:
    """Whether a fault is in a column of a CTE that the rest of the query does not read."""
    before, after = (pushdown_projections(one.copy()) for one in (tree, copy))
    return before.sql(dialect=DIALECT) == after.sql(dialect=DIALECT)


def metric_faults(project: Project) -> Iterator[Outcome]:
    """Try every fault in the YAML of metrics and semantic models."""
    definitions = project.definitions
    manifest = json.loads(definitions.project.semantic_manifest)
    names = [metric.name for metric in project.certified]
    for where, fault, text, touched in track(
        list(faulty_manifests(manifest, names)), "metrics", transient=True
    ):
        broken = Definitions(replace(definitions.project, semantic_manifest=text))
        differs = any(
            definitions.meaning.of_sql(broken.question(metric)).of(broken.columns(metric))
            != definitions.fingerprint(metric)
            for metric in project.certified
            if metric.name in touched
        )
        yield Outcome(where, fault, NOTICED if differs else SURVIVED)


def seed_faults(project: Project) -> Iterator[Outcome]:
    """Try leaving out each row of each seed that a certified metric reads."""
    compiled_project = project.definitions.project
    read = {parent for model in project.models() for parent in model.parents}
    for seed in compiled_project.seeds:
        header, *rows = seed.text.splitlines()
        for number, row in enumerate(rows) if seed.unique_id in read else ():
            text = "\n".join([header, *rows[:number], *rows[number + 1 :]])
            changed = of_seed(replace(seed, text=text))
            is_noticed = any(project.noticing(plain(seed.relation), changed))
            yield Outcome(seed.name, f"without {row}", NOTICED if is_noticed else SURVIVED)


# Another value for each var that a definition depends on.
VARIABLES: dict[str, Any] = {
    "reporting_timezone": "Asia/Tokyo",
    "reporting_currency": "EUR",
    "as_of_date": "2025-05-01",
    "short_window_days": 8,
    "window_days": 30,
    "nps_window_days": 60,
    "response_days": 14,
    "small_sample_responses": 31,
    "session_gap_minutes": 20,
    "session_cut_hours": 12,
    "clock_tolerance_minutes": 30,
    "retention_max_periods": {"day": 5, "week": 52, "month": 24},
    "survey_scales": {
        "nps": {"lowest": 0, "highest": 9},
        "csat": {"lowest": 1, "highest": 5, "satisfied_from": 5},
        "ces": {"lowest": 1, "highest": 7},
    },
}


def variable_faults(project: Project, root: Path) -> Iterator[Outcome]:
    """Try another value of each var; this compiles the project each time."""
    for name, value in track(list(VARIABLES.items()), "vars", transient=True):
        changed = Definitions(compiled(root, root / CACHE / "mutants", **{name: value}))
        differs = any(
            changed.fingerprint(metric) != project.fingerprints[metric.name]
            for metric in project.certified
        )
        is_same_sql = changed.project.models == project.definitions.project.models
        is_elsewhere = is_same_sql or changed.meaning.relations != project.relations
        outcome = NOTICED if differs else OUTSIDE if is_elsewhere else SURVIVED
        yield Outcome("vars", f"{name}: {value}", outcome)


@click.command(help=__doc__)
@click.option("--only", type=click.Choice(["sql", "metrics", "seeds", "vars"]))
@click.option("--model", help="Only faults in this model.")
def run(only: str | None, model: str | None) -> None:
    """Try all faults, print the score and the survivors."""
    root = find_project(Path.cwd())
    project = Project(Definitions(compiled(root, root / CACHE / "compiled")))
    kinds = {
        "sql": lambda: sql_faults(project, model),
        "metrics": lambda: metric_faults(project),
        "seeds": lambda: seed_faults(project),
        "vars": lambda: variable_faults(project, root),
    }
    survivors: list[Outcome] = []
    for kind in [only] if only else kinds:
        found = list(kinds[kind]())
        counts = {
            name: sum(one.outcome == name for one in found) for name in (NOTICED, OUTSIDE, SURVIVED)
        }
        judged = counts[NOTICED] + counts[SURVIVED]
        score = f"{counts[NOTICED] / judged:.1%}" if judged else "nothing to judge"
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        click.echo(f"{kind}: {len(found):,} faults, {told}: {score}")
        survivors += [one for one in found if one.outcome == SURVIVED]
    for one in survivors:
        click.echo(f"survived: {one.where}: {one.fault}")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    run()
