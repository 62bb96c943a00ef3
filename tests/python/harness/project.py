"""The project's SQL, compiled once by dbt and kept, for running it on many companies.

A compile reads nothing from its target but which tables exist (var literal_bounds), so the SQL of a
model depends only on the files of the project and on its vars. The vars that companies vary stand
in the SQL as placeholders, which `bound` replaces.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from harness.dbt import FOLDERS, ROOT, Dbt, DbtError, parsed_copy

CACHE = ROOT / ".pytest_cache" / "compiled"

ZONE = "Zone/Placeholder"
AS_OF_DATE = "1234-05-06"
# UTC has SQL of its own; other zones and fixed dates are written over the placeholders.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "utc": {},
    "zoned": {"reporting_timezone": ZONE},
    "fixed": {"reporting_timezone": ZONE, "as_of_date": AS_OF_DATE},
}
# Data tests are compiled for one of them: there are many, and they hardly depend on vars.
TESTED_VARIANT = "utc"


@dataclass(frozen=True)
class Model:
    """A model with its SQL; `incremental_sql` is what it runs once its table exists."""

    unique_id: str
    name: str
    relation: str
    layer: str
    kind: str
    sql: str
    parents: tuple[str, ...]
    incremental_sql: str | None


@dataclass(frozen=True)
class DataTest:
    """A data test: its SQL gives the rows that are wrong."""

    name: str
    sql: str
    severity: str


@dataclass(frozen=True)
class Compiled:
    """The models of a project in the order in which they are built, and its other parts."""

    models: tuple[Model, ...]
    tests: tuple[DataTest, ...]
    sources: Mapping[str, Mapping[str, str]]
    seeds: Mapping[str, Mapping[str, str]]

    def model(self, name: str) -> Model:
        """Give a model by name; KeyError where there is none such."""
        return {model.name: model for model in self.models}[name]

    def marts(self) -> list[str]:
        """Give the names of the public tables."""
        return [model.name for model in self.models if model.layer == "marts"]

    def upstream(self, names: Iterable[str]) -> set[str]:
        """Give the names of these models and of all that they are built from."""
        by_id = {model.unique_id: model for model in self.models}
        needed: set[str] = set()
        waiting = [self.model(name) for name in names]
        while waiting:
            model = waiting.pop()
            if model.name not in needed:
                needed.add(model.name)
                waiting += [by_id[parent] for parent in model.parents if parent in by_id]
        return needed

    def bound(self, zone: str, as_of_date: date | None) -> "Compiled":
        """Write a time zone and a last complete date over the placeholders."""
        values = {ZONE: zone, AS_OF_DATE: str(as_of_date)}

        def fill(sql: str) -> str:
            for placeholder, value in values.items():
                sql = sql.replace(placeholder, value)
            return sql

        return replace(
            self,
            models=tuple(
                replace(
                    model,
                    sql=fill(model.sql),
                    incremental_sql=model.incremental_sql and fill(model.incremental_sql),
                )
                for model in self.models
            ),
            tests=tuple(replace(test, sql=fill(test.sql)) for test in self.tests),
        )

    def patched(self, name: str, old: str, new: str) -> "Compiled":
        """Give a copy with a fault in a model: `old`, which must be there, written as `new`."""
        model = self.model(name)
        if old not in model.sql and old not in (model.incremental_sql or ""):
            message = f"{name} does not contain {old!r}"
            raise ValueError(message)
        faulty = replace(
            model,
            sql=model.sql.replace(old, new),
            incremental_sql=model.incremental_sql and model.incremental_sql.replace(old, new),
        )
        return replace(self, models=tuple(faulty if one is model else one for one in self.models))


def compiled_variants() -> dict[str, Compiled]:
    """Give the project's SQL by variant, from the cache where its files have not changed.

    Raises DbtError, once and for all, where it does not compile.
    """
    outcome = _compiled_once()
    if isinstance(outcome, DbtError):
        raise outcome
    return outcome


@lru_cache(maxsize=1)
def _compiled_once() -> dict[str, Compiled] | DbtError:
    cached = CACHE / f"{_fingerprint()}.json"
    if not cached.exists():
        with tempfile.TemporaryDirectory() as scratch:
            try:
                variants = _compile_all(Path(scratch))
            except DbtError as error:
                return error
        _store(cached, variants)
    return _load(cached)


def _fingerprint() -> str:
    digest = hashlib.sha256(version("dbt-core").encode())
    files = [ROOT / "dbt_project.yml", ROOT / "profiles.yml", *Path(__file__).parent.glob("*.py")]
    for folder in FOLDERS:
        files += sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    for path in files:
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _store(cached: Path, variants: Mapping[str, Compiled]) -> None:
    cached.parent.mkdir(parents=True, exist_ok=True)
    for stale in cached.parent.glob("*.json"):
        stale.unlink()
    document = {name: asdict(compiled) for name, compiled in variants.items()}
    half_written = cached.with_suffix(".tmp")
    half_written.write_text(json.dumps(document), encoding="utf-8")
    half_written.rename(cached)


def _load(cached: Path) -> dict[str, Compiled]:
    document = json.loads(cached.read_text(encoding="utf-8"))
    return {
        name: Compiled(
            models=tuple(
                Model(**{**model, "parents": tuple(model["parents"])})
                for model in compiled["models"]
            ),
            tests=tuple(DataTest(**test) for test in compiled["tests"]),
            sources=compiled["sources"],
            seeds=compiled["seeds"],
        )
        for name, compiled in document.items()
    }


def _compile_all(folder: Path) -> dict[str, Compiled]:
    dbt = parsed_copy(folder)
    nodes = dbt.manifest.nodes.values()
    _create_empty(
        dbt.database,
        [node.relation_name for node in nodes if node.config.materialized == "incremental"],
    )
    return {name: _compile(dbt, name) for name in VARIANTS}


def _compile(dbt: Dbt, variant: str) -> Compiled:
    variables = {"literal_bounds": False, **VARIANTS[variant]}
    # a model alone, without the tests that hang on it
    alone = ("compile", "--indirect-selection", "empty")
    increments = dbt(*alone, "--select", "config.materialized:incremental", **variables)
    # a compile writes into the nodes of the manifest, so its SQL must be taken before the next one
    appends = {result.node.unique_id: result.node.compiled_code for result in increments.results}
    selected = ["resource_type:model", *(["resource_type:test"] * (variant == TESTED_VARIANT))]
    whole = dbt(*alone, "--full-refresh", "--select", *selected, **variables)
    nodes = {result.node.unique_id: result.node for result in whole.results}
    return Compiled(
        models=tuple(_model(node, appends.get(node.unique_id)) for node in _in_order(nodes)),
        tests=tuple(
            DataTest(node.name, node.compiled_code, node.config.severity.lower())
            for node in nodes.values()
            if node.resource_type == "test"
        ),
        sources={
            source.name: {column.name: column.data_type for column in source.columns.values()}
            for source in dbt.manifest.sources.values()
        },
        seeds={
            node.name: node.config.column_types
            for node in dbt.manifest.nodes.values()
            if node.resource_type == "seed"
        },
    )


def _create_empty(database: Path, relations: list[str]) -> None:
    """Create the tables that make dbt compile the SQL of an increment."""
    with duckdb.connect(database) as connection:
        for relation in relations:
            schema = relation.rsplit(".", 1)[0]
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {relation} (load_id bigint)")


def _in_order(nodes: Mapping[str, Any]) -> list[Any]:
    """Sort models so that each comes after those that it reads."""
    ordered: dict[str, Any] = {}

    def visit(unique_id: str) -> None:
        node = nodes.get(unique_id)
        if node is None or node.resource_type != "model" or unique_id in ordered:
            return
        for parent in node.depends_on.nodes:
            visit(parent)
        ordered[unique_id] = node

    for unique_id in sorted(nodes):
        visit(unique_id)
    return list(ordered.values())


def _model(node: Any, incremental_sql: str | None) -> Model:
    return Model(
        unique_id=node.unique_id,
        name=node.name,
        relation=node.relation_name,
        layer=node.fqn[1],
        kind=node.config.materialized,
        sql=node.compiled_code,
        parents=tuple(node.depends_on.nodes),
        incremental_sql=incremental_sql,
    )
