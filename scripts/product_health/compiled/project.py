"""What a compiled project holds, and compiling one.

A compile reads nothing from its target but which tables exist (var literal_bounds), so the SQL of a
model depends only on the files of the project and on its vars.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from product_health.compiled.dbt import Dbt
from product_health.errors import UserError
from product_health.systems.mapping import mapping_files

# What is kept of dbt's words on a mart.
MART_KEYS = ("name", "version", "latest_version", "group", "columns", "description")
# A model alone, without the tests that hang on it.
ALONE = ("compile", "--no-write-json", "--indirect-selection", "empty")


@dataclass(frozen=True)
class Model:
    """A model with its SQL.

    `incremental_sql` is what it runs once its table exists, `strategy` how its rows are put in.
    """

    unique_id: str
    name: str
    relation: str
    layer: str
    kind: str
    file: str
    sql: str
    incremental_sql: str | None
    parents: tuple[str, ...]
    has_hooks: bool
    strategy: str = ""


@dataclass(frozen=True)
class Seed:
    """Reference data: its relation, the types of its columns, and the text of its file."""

    unique_id: str
    name: str
    relation: str
    file: str
    types: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Source:
    """A table that is landed, or the register of loads: its relation, the types of its columns.

    `mappings` are the texts of the files by which systems are landed in it, by path.
    """

    unique_id: str
    name: str
    relation: str
    types: Mapping[str, str]
    is_register: bool
    mappings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CompiledProject:
    """A project at one state: models in the order in which they are built, and all else.

    `manifest` has dbt's own words on metrics, semantic_models, saved_queries, exposures, groups and
    marts; `semantic_manifest` is the text that MetricFlow reads. `column_meta` is what `meta` says
    of a column, by relation and column, where it says anything.
    """

    models: tuple[Model, ...]
    seeds: tuple[Seed, ...]
    sources: tuple[Source, ...]
    manifest: Mapping[str, Any]
    semantic_manifest: str
    column_meta: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def relations(self) -> Iterator[Model | Seed | Source]:
        """Give everything that a model can read, sources first."""
        yield from self.sources
        yield from self.seeds
        yield from self.models

    def upstream(self, unique_ids: Iterable[str]) -> tuple[Model, ...]:
        """Give these models and all that they are built from, in the order of building."""
        by_id = {model.unique_id: model for model in self.models}
        needed: set[str] = set()
        waiting = [name for name in unique_ids if name in by_id]
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                waiting += [parent for parent in by_id[name].parents if parent in by_id]
        return tuple(model for model in self.models if model.unique_id in needed)


def compile_project(dbt: Dbt, **variables: Any) -> CompiledProject:
    """Parse a project unless dbt has done so, and compile it; DbtError where it has an error."""
    variables = {"literal_bounds": False, **variables}
    # without manifest.json, whose writing takes as long as reading a changed project
    manifest = dbt.manifest or dbt("parse", "--no-write-json", **variables)
    seeds = tuple(_seed(dbt.project, node) for node in _seeds(manifest))
    dbt = replace(dbt, manifest=manifest)
    _create_empty(dbt.database, _incremental_relations(manifest))
    increments = dbt(*ALONE, "--select", "config.materialized:incremental", **variables)
    # the SQL must be taken before the next compile, which writes into the same nodes
    appends = {result.node.unique_id: result.node.compiled_code for result in increments.results}
    whole = dbt(*ALONE, "--full-refresh", "--select", "resource_type:model", **variables)
    nodes = {result.node.unique_id: result.node for result in whole.results}
    return CompiledProject(
        models=tuple(_model(node, appends.get(node.unique_id)) for node in _in_order(nodes)),
        seeds=seeds,
        sources=tuple(_source(dbt.project, source) for source in manifest.sources.values()),
        manifest=_kept(manifest),
        semantic_manifest=_in_name_order(_semantic(dbt, manifest)),
        column_meta=_column_meta(manifest),
    )


def _column_meta(manifest: Any) -> dict[str, dict[str, dict[str, Any]]]:
    nodes = {**manifest.sources, **manifest.nodes}
    said = {
        unique_id: {
            column.name.lower(): dict(column.config.meta)
            for column in node.columns.values()
            if column.config.meta
        }
        for unique_id, node in nodes.items()
        if node.resource_type in {"source", "seed", "model"}
    }
    return {unique_id: columns for unique_id, columns in said.items() if columns}


def _incremental_relations(manifest: Any) -> list[str]:
    return [
        node.relation_name
        for node in manifest.nodes.values()
        if node.config.materialized == "incremental"
    ]


def _create_empty(database: Path, relations: list[str]) -> None:
    """Create the tables that make dbt compile the SQL of an increment."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(database) as connection:
        for relation in relations:
            schema = relation.rsplit(".", 1)[0]
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table if not exists {relation} (load_id bigint)")


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
        file=node.original_file_path,
        sql=node.compiled_code,
        incremental_sql=incremental_sql,
        parents=tuple(node.depends_on.nodes),
        has_hooks=bool(node.config.pre_hook or node.config.post_hook),
        strategy=_strategy(node.config) if incremental_sql else "",
    )


def _strategy(config: Any) -> str:
    """Write down what of a model's config decides which rows an increment leaves."""
    keys = ("incremental_strategy", "unique_key", "incremental_predicates", "on_schema_change")
    said = {key: config.get(key) for key in keys if config.get(key)}
    return json.dumps(said, sort_keys=True, default=str)


def _seeds(manifest: Any) -> list[Any]:
    return [node for node in manifest.nodes.values() if node.resource_type == "seed"]


def _seed(project: Path, node: Any) -> Seed:
    return Seed(
        unique_id=node.unique_id,
        name=node.name,
        relation=node.relation_name,
        file=node.original_file_path,
        types=dict(node.config.column_types),
        text=seed_text(project / node.original_file_path, node.original_file_path),
    )


def seed_text(path: Path, name: str) -> str:
    """Read a seed; UserError where it is no table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{name}: not in UTF-8 ({error}); save it as UTF-8"
        raise UserError(message) from error
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    for number, row in enumerate(rows, 2):
        if row and len(row) != len(header):
            message = f"{name}: row {number} has {len(row)} values, the header has {len(header)}"
            raise UserError(message)
    if not header:
        message = f"{name}: empty; a seed needs at least the line of its column names"
        raise UserError(message)
    return text


def _source(project: Path, source: Any) -> Source:
    mappings = [path for path in mapping_files(project) if path.stem == source.name]
    return Source(
        unique_id=source.unique_id,
        name=source.name,
        relation=source.relation_name,
        types={column.name: column.data_type for column in source.columns.values()},
        is_register=bool(source.config.meta.get("is_register")),
        mappings={str(path.relative_to(project)): path.read_text("utf-8") for path in mappings},
    )


def _semantic(dbt: Dbt, manifest: Any) -> dict[str, Any]:
    """Give what MetricFlow reads of a project, by dbt's own writer."""
    from dbt.contracts.graph.semantic_manifest import SemanticManifest

    path = dbt.target / "semantic_manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    SemanticManifest(manifest).write_json_to_file(str(path))
    written: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return written


def _in_name_order(semantic_manifest: dict[str, Any]) -> str:
    """Give the same text whichever file dbt happened to parse first."""
    for part in ("semantic_models", "metrics", "saved_queries"):
        semantic_manifest[part].sort(key=lambda one: str(one["name"]))
    return json.dumps(semantic_manifest, sort_keys=True)


def _kept(manifest: Any) -> dict[str, Any]:
    """Give the parts of the manifest that metrics and their readers need, as dbt writes them."""
    parts = ("metrics", "semantic_models", "saved_queries", "exposures", "groups")
    marts = {
        unique_id: {key: written[key] for key in MART_KEYS}
        for unique_id, node in manifest.nodes.items()
        if node.resource_type == "model" and node.access == "public"
        for written in [_written(node)]
    }
    return {
        **{
            part: {name: _written(node) for name, node in getattr(manifest, part).items()}
            for part in parts
        },
        "marts": marts,
    }


def _written(node: Any) -> dict[str, Any]:
    from dbt_common.utils.encoding import JSONEncoder

    text = json.dumps(node.to_resource().to_dict(omit_none=False), cls=JSONEncoder)
    written: dict[str, Any] = json.loads(text)
    return written
