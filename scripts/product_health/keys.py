"""Keys and names in the project's own files that nobody reads: a misspelt one is told.

dbt has a schema of what its YAML may hold, but looks at it on some databases only, and DuckDB is
none of them. Keys of suites, mapping files, metrics and the lock are looked at where they are read.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from product_health.contract import COLUMN_META, TABLE_META
from product_health.errors import unknown
from product_health.strict_yaml import parse_own
from product_health.templates import wrong_templates

FOLDERS = ("models", "seeds", "metrics")
PROJECT = "dbt_project.yml"
# What `meta` of a model's column may say, and of a model itself.
META = {
    "columns": (*COLUMN_META, "not_personal_because"),
    "models": ("built_with",),
    "seeds": (),
    "tables": TABLE_META,
}
DATA_TEST = ("arguments", "config", "name", "description")
TARGETS = Path("seeds/metric_targets.csv")
# dbt's own parser refuses what it does not know in these, and tells all of them without the place
PARSED_STRICTLY = ("metrics", "semantic_models", "saved_queries", "exposures", "unit_tests")

Place = tuple[str | int, ...]


def misspelt(project: Path, metrics: Collection[str]) -> list[str]:
    """Give a sentence for each key, column, var, macro or metric that nobody knows."""
    return [
        *wrong_templates(project),
        *_in_yaml(project),
        *_in_project(project),
        *_in_seeds(project, metrics),
    ]


def refused(project: Path) -> list[str]:
    """Give a sentence for each key and kind in PARSED_STRICTLY for which dbt refuses a project."""
    return [said for file, document in documents(project) for said in _refused(file, document)]


def _refused(file: str, document: Any) -> Iterator[str]:
    for part, schema in _strict_schemas().items():
        for number, one in enumerate(document.get(part) or ()):
            for place, key, known in _unknown_in(schema, one):
                where = _told(document, (part, number, *place))
                yield unknown_key(f"{file}, {where}", key, known)
    for place, kind in _kinds(document, ()):
        known = _known_kinds()[_names(place)]
        if kind not in known:
            where = _told(document, place[:-1])
            yield f"{file}, {where}: {unknown(str(place[-1]), str(kind), known)}"


def _kinds(part: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Find what says of which kind a thing is."""
    inner = part.items() if isinstance(part, dict) else enumerate(part)
    for step, one in inner:
        if isinstance(one, dict | list):
            yield from _kinds(one, (*place, step))
        elif _names((*place, step)) in _known_kinds():
            yield (*place, step), one


def _names(place: Place) -> tuple[str, ...]:
    return tuple(step for step in place if isinstance(step, str))


@cache
def _known_kinds() -> Mapping[tuple[str, ...], list[str]]:
    from dbt_semantic_interfaces.type_enums.aggregation_type import AggregationType
    from dbt_semantic_interfaces.type_enums.dimension_type import DimensionType
    from dbt_semantic_interfaces.type_enums.entity_type import EntityType
    from dbt_semantic_interfaces.type_enums.metric_type import MetricType

    kinds: Mapping[tuple[str, ...], Iterable[Any]] = {
        ("metrics", "type"): MetricType,
        ("semantic_models", "measures", "agg"): AggregationType,
        ("semantic_models", "dimensions", "type"): DimensionType,
        ("semantic_models", "entities", "type"): EntityType,
    }
    return {place: [one.value for one in known] for place, known in kinds.items()}


@cache
def _strict_schemas() -> Mapping[str, Any]:
    # or else dbt's modules import each other in a circle
    import dbt.cli.main  # noqa: F401
    from dbt.contracts.graph import unparsed
    from dbt.jsonschemas.jsonschemas import CustomDraft7Validator

    classes: Mapping[str, Any] = {
        "metrics": unparsed.UnparsedMetric,
        "semantic_models": unparsed.UnparsedSemanticModel,
        "saved_queries": unparsed.UnparsedSavedQuery,
        "exposures": unparsed.UnparsedExposure,
    }
    return {part: CustomDraft7Validator(one.json_schema()) for part, one in classes.items()}


def unknown_key(where: str, key: str, known: Collection[str]) -> str:
    """Say that a key is not known, and which is near."""
    near = get_close_matches(key, known, n=2, cutoff=0.5) or sorted(known)
    return f"{where}: unknown key {key!r}; did you mean {' or '.join(near) or 'to leave it out'}?"


def _in_yaml(project: Path) -> Iterator[str]:
    for file, text in _texts(project):
        yield from _unknown_keys(file, text)


@cache
def _unknown_keys(file: str, text: str) -> tuple[str, ...]:
    document = parse_own(text) or {}
    found = (*_against_schema(document), *_in_parts(document, ()))
    return tuple(
        unknown_key(f"{file}, {_told(document, place)}", key, known) for place, key, known in found
    )


def documents(project: Path) -> Iterator[tuple[str, Any]]:
    """Give the YAML files of a project, each with what stands in it."""
    for file, text in _texts(project):
        yield file, parse_own(text) or {}


def _texts(project: Path) -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((project / folder).rglob("*.y*ml")):
            yield path.relative_to(project).as_posix(), path.read_text(encoding="utf-8")


def _told(document: Any, place: Place) -> str:
    """Write where a key stands, by the names of what it stands in."""
    names = []
    part = document
    for step in place:
        part = part[step]
        named = part.get("name", part.get("v")) if isinstance(part, dict) else None
        names += [str(named)] if named else [step] if isinstance(step, str) else []
    return " ".join(names) or "at its top"


def _against_schema(document: Any) -> Iterator[tuple[Place, str, Collection[str]]]:
    for place, key, known in _unknown_in(_schema(), document):
        if not {"data_tests", *PARSED_STRICTLY} & set(place):
            yield place, key, known


def _unknown_in(schema: Any, document: Any) -> Iterator[tuple[Place, str, Collection[str]]]:
    waiting = list(schema.iter_errors(document))
    for error in waiting:
        waiting += error.context or ()
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in error.instance.keys() - known.keys():
                yield tuple(error.absolute_path), str(key), known


@cache
def _schema() -> Any:
    from dbt.jsonschemas.jsonschemas import CustomDraft7Validator, resources_schema

    return CustomDraft7Validator(resources_schema())


def _in_parts(part: Any, place: Place) -> Iterator[tuple[Place, str, Collection[str]]]:
    """Find what the schema leaves open: `meta`, and the tests of the project's own kinds."""
    if isinstance(part, list):
        for number, one in enumerate(part):
            yield from _in_parts(one, (*place, number))
    if isinstance(part, dict) and not {*PARSED_STRICTLY} & {*place}:
        for key, inner in part.items():
            yield from _in_parts(inner, (*place, key))
        yield from _in_meta(part, place)
        if place[-2:-1] == ("data_tests",):
            yield from _in_test(part, place)


def _in_meta(part: dict[str, Any], place: Place) -> Iterator[tuple[Place, str, Collection[str]]]:
    kind = next((step for step in reversed(place) if isinstance(step, str)), "")
    meta = (part.get("config") or {}).get("meta") if kind in META else None
    for key in meta or ():
        if key not in META[kind]:
            yield (*place, "config", "meta"), str(key), META[kind]


def _in_test(test: dict[str, Any], place: Place) -> Iterator[tuple[Place, str, Collection[str]]]:
    for name, said in test.items():
        inner = {key: said[key] for key in said or ()}
        yield from (((*place, name), key, DATA_TEST) for key in inner if key not in DATA_TEST)
        known = _schema().schema["definitions"]["DataTestConfig"]["properties"]
        config = inner.get("config") or {}
        yield from (((*place, name, "config"), key, known) for key in config if key not in known)


def _in_project(project: Path) -> Iterator[str]:
    document = parse_own((project / PROJECT).read_text(encoding="utf-8"))
    yield from _in_flags(document.get("flags") or {})
    for part in ("models", "seeds"):
        yield from _in_configs(document.get(part) or {}, part)
    declared = document.get("vars") or {}
    read = _vars_read(project)
    for name in declared.keys() - read:
        yield f"{PROJECT}: nothing reads var {name!r}; take it out, or mend its name"
    for name in read - declared.keys():
        near = get_close_matches(name, declared, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        yield f"{PROJECT}: there is no var {name!r}, which SQL reads{meant}"


def _in_flags(flags: Mapping[str, Any]) -> Iterator[str]:
    from dbt.contracts.project import ProjectFlags

    known = [one.name for one in fields(ProjectFlags)]
    yield from (unknown_key(f"{PROJECT}, flags", key, known) for key in flags if key not in known)


def _in_configs(configs: Mapping[str, Any], part: str) -> Iterator[str]:
    """Look at the keys with a plus; dbt itself refuses folders that are not there."""
    known = _plus_keys(part)
    for key, inner in configs.items():
        if key.startswith("+") and key not in known:
            yield unknown_key(f"{PROJECT}, {part}", key, known)
        elif not key.startswith("+") and isinstance(inner, dict):
            yield from _in_configs(inner, part)


@cache
def _plus_keys(part: str) -> frozenset[str]:
    definitions = _schema().schema["definitions"]
    name = {"models": "ModelConfig", "seeds": "SeedConfig"}[part]
    return frozenset(f"+{key}" for key in definitions[name]["properties"])


def _vars_read(project: Path) -> set[str]:
    texts = (
        path.read_text(encoding="utf-8")
        for folder in ("models", "macros", "tests/generic", "tests/singular", "seeds")
        for path in (project / folder).rglob("*.*")
        if path.suffix in {".sql", ".yml", ".yaml"}
    )
    return {name for text in texts for name in re.findall(r"\bvar\(\s*['\"](\w+)['\"]", text)}


def _in_seeds(project: Path, metrics: Collection[str]) -> Iterator[str]:
    for path in sorted((project / "seeds").glob("*.yml")):
        for seed in parse_own(path.read_text(encoding="utf-8")).get("seeds", ()):
            yield from _in_header(project, seed)
    for number, row in enumerate(_rows(project / TARGETS), 2):
        name = row.get("metric", "")
        if name not in metrics:
            near = get_close_matches(name, metrics, n=2, cutoff=0.5) or sorted(metrics)
            meant = f"did you mean {' or '.join(near)}?"
            yield f"{TARGETS}, row {number}: no metric is called {name!r}; {meant}"


def _in_header(project: Path, seed: dict[str, Any]) -> Iterator[str]:
    file = Path("seeds") / f"{seed['name']}.csv"
    known = [column["name"] for column in seed["columns"]]
    with (project / file).open(encoding="utf-8-sig", newline="") as text:
        header = next(csv.reader(text), [])
    for name in header:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5) or known
            yield f"{file}: unknown column {name!r}; did you mean {' or '.join(near)}?"
    for name in known:
        if name not in header:
            yield f"{file}: column {name!r} is missing"


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))
