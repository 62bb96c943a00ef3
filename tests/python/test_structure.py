"""The rules of the house: which way data flows, what is described, what stands where.

Read off dbt's manifest. Each failure names the file and says what to do.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from harness.project import PARSED, parsed_once
from product_health.contract import CONTRACT_FILE, Contract
from structure import fails

Node = dict[str, Any]

# Which layers a layer reads. Seeds are reference data, which people edit; no exceptions.
READS = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
}
# Names that MetricFlow reserves or that say nothing beside other tables.
VAGUE_COLUMNS = {"day", "week", "month", "quarter", "year", "date", "hour", "name", "type", "id"}
COLUMN_NAMES = {
    "boolean": r"(is|has)_\w+",
    "timestamp": r"\w+_at",
    "date": r"\w+_(date|on|start|day|month)",
}


@pytest.fixture(scope="module")
def manifest() -> Node:
    """What dbt knows of the project."""
    parsed_once()
    written = PARSED / "target" / "manifest.json"
    found: Node = json.loads(written.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def models(manifest: Node) -> list[Node]:
    """All models of the project."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


@pytest.fixture(scope="module")
def marts(models: list[Node]) -> list[Node]:
    """The public models."""
    return [model for model in models if layer(model) == "marts"]


@pytest.fixture(scope="module")
def seeds(manifest: Node) -> list[Node]:
    """All seeds of the project."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]


def layer(node: Node) -> str:
    """Give the layer of a model, or else what it is: source, seed, ..."""
    kind: str = node["resource_type"]
    return node["path"].split("/")[0] if kind == "model" else kind


def folder(model: Node) -> str:
    """Give the last folder of a model's file: its system or concept."""
    return Path(model["original_file_path"]).parent.name


def test_data_flows_one_way(manifest: Node, models: list[Node]) -> None:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    wrong = [
        f"{model['original_file_path']}: {layer(model)} reads {parent['name']} ({layer(parent)})"
        for model in models
        for parent in (nodes[name] for name in model["depends_on"]["nodes"])
        if layer(parent) not in READS[layer(model)]
    ]
    assert not wrong, fails(wrong, f"a layer reads only these: {READS}")


def test_models_are_named_by_layer(models: list[Node]) -> None:
    wrong = []
    for model in models:
        names = {
            "staging": f"stg_{folder(model)}__.+",
            "intermediate": "int_.+",
            "marts": "(?!stg_|int_).+",
        }
        is_deep = len(Path(model["path"]).parts) == 3
        if not is_deep or not re.fullmatch(names[layer(model)], model["name"]):
            wrong.append(model["original_file_path"])
    assert not wrong, fails(
        wrong, "models/<layer>/<system or concept>/, named stg_<system>__, int_ or neither (marts)"
    )


def test_each_model_is_described_beside_its_file(models: list[Node]) -> None:
    wrong = []
    for model in models:
        if is_of_the_contract(model):
            continue
        file = Path(model["original_file_path"])
        described = (model["patch_path"] or "").partition("://")[2]
        if not model["description"].strip():
            wrong.append(f"{file}: no description")
        if described != str(file.with_suffix(".yml")):
            wrong.append(f"{file}: described in {described or 'no file'}")
    assert not wrong, fails(wrong, "describe the model in a YAML of the same name beside it")


def is_of_the_contract(model: Node) -> bool:
    """Tell whether a model has the columns of the landing contract, which describes them."""
    return folder(model) in {"landing", "entities"} and model["name"] != "stg_landing__loads"


def test_models_of_the_contract_repeat_none_of_its_columns(models: list[Node]) -> None:
    wrong = [
        model["original_file_path"]
        for model in models
        if is_of_the_contract(model) and model["columns"]
    ]
    assert not wrong, fails(wrong, f"{CONTRACT_FILE} describes its columns")


def test_sources_seeds_and_groups_are_described(manifest: Node, seeds: list[Node]) -> None:
    described = [*manifest["sources"].values(), *seeds, *manifest["groups"].values()]
    wrong = [
        f"{node['original_file_path']}: {node['name']}"
        for node in described
        if not node.get("description")
    ]
    assert not wrong, fails(wrong, "give it a description")


def test_columns_are_described(manifest: Node, models: list[Node], seeds: list[Node]) -> None:
    wrong = [
        f"{node['original_file_path']}: {node['name']}.{column['name']}"
        for node in (*models, *seeds, *manifest["sources"].values())
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert not wrong, fails(wrong, "describe the column in the YAML beside the model")


def test_columns_described_are_those_built(
    root: Path, models: list[Node], seeds: list[Node]
) -> None:
    built = built_columns(root)
    wrong = []
    for node in (*models, *seeds):
        if is_of_the_contract(node):
            continue
        columns = built.get((node["schema"], node["alias"]))
        described = set(node["columns"])
        if columns and columns != described:
            file = node["original_file_path"]
            wrong += [f"{file}: {name} is built, not described" for name in columns - described]
            wrong += [f"{file}: {name} is described, not built" for name in described - columns]
    assert not wrong, fails(wrong, "correct its YAML, or run dbt build where the build is older")


def built_columns(root: Path) -> dict[tuple[str, str], set[str]]:
    """Give the columns of each relation of the warehouse; skips where there is none to read."""
    path = root / os.environ.get("PRODUCT_HEALTH_DATABASE", ".warehouse/product_health.duckdb")
    try:
        with duckdb.connect(path, read_only=True) as connection:
            rows = connection.execute(
                "select table_schema, table_name, column_name from information_schema.columns"
            ).fetchall()
    except duckdb.Error:
        rows = []
    columns: dict[tuple[str, str], set[str]] = {}
    for schema, relation, column in rows:
        columns.setdefault((schema, relation), set()).add(column)
    if not any(schema == "marts" for schema, _ in columns):
        pytest.skip(f"nothing to read in {path}: dbt build comes first")
    return columns


def test_marts_are_public_owned_and_under_contract(manifest: Node, marts: list[Node]) -> None:
    groups = {group["name"]: group for group in manifest["groups"].values()}
    keyed = set(keyed_models(manifest))
    wrong = []
    for mart in marts:
        owner = groups.get(mart["group"] or "", {}).get("owner", {})
        facts = {
            "enforces no contract": mart["contract"]["enforced"],
            "has no version": mart["version"],
            "is not public": mart["access"] == "public",
            "is not of the group of its folder": mart["group"] == folder(mart),
            "has no owner": owner.get("name") and owner.get("email"),
            "has no test of its key": mart["unique_id"] in keyed,
        }
        wrong += [
            f"{mart['original_file_path']}: {what}" for what, holds in facts.items() if not holds
        ]
    assert not wrong, fails(wrong, "see dbt_project.yml, models/marts/_groups.yml and other marts")


def keyed_models(manifest: Node) -> Iterator[str]:
    """Give the models with a test that their key is one."""
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") in {"unique", "unique_combination"} and node["config"]["enabled"]:
            yield node["attached_node"]


def test_columns_have_plain_names(models: list[Node]) -> None:
    wrong = []
    for model in models:
        for column in model["columns"].values():
            pattern = COLUMN_NAMES.get(column["data_type"] or "", r"[a-z]\w*")
            if column["name"] in VAGUE_COLUMNS or not re.fullmatch(pattern, column["name"]):
                kind = column["data_type"] or ""
                wrong.append(f"{model['original_file_path']}: {column['name']} {kind}")
    assert not wrong, fails(
        wrong, f"no {sorted(VAGUE_COLUMNS)}; by type, names are like {COLUMN_NAMES}"
    )


def test_personal_columns_stay_out_of_marts(
    models: list[Node], marts: list[Node], contract: Contract
) -> None:
    personal = personal_columns(models, contract)
    wrong = [
        f"{mart['original_file_path']}: {name}"
        for mart in marts
        for name in personal & (set(mart["columns"]) | set(re.findall(r"\w+", mart["raw_code"])))
    ]
    assert not wrong, fails(wrong, f"personal data ends before the marts: {sorted(personal)}")


def test_personal_columns_are_tagged_wherever_they_are(
    models: list[Node], contract: Contract
) -> None:
    personal = personal_columns(models, contract)
    wrong = [
        f"{model['original_file_path']}: {column['name']}"
        for model in models
        for column in model["columns"].values()
        if column["name"] in personal and not column["config"]["meta"].get("personal")
    ]
    assert not wrong, fails(wrong, "tag it in the YAML: config: {meta: {personal: true}}")


def personal_columns(models: list[Node], contract: Contract) -> set[str]:
    """Give the names of columns that hold personal data, by the contract or by a model's tags."""
    tagged = {
        column["name"]
        for model in models
        for column in model["columns"].values()
        if column["config"]["meta"].get("personal")
    }
    landed = {
        column.name
        for entity in contract.entities.values()
        for column in entity.file_columns
        if column.personal
    }
    assert {"email", "raw_text"} <= landed
    return tagged | landed


def test_every_entity_of_the_contract_has_its_models(models: list[Node], root: Path) -> None:
    document = yaml.safe_load((root / CONTRACT_FILE).read_text(encoding="utf-8"))
    entities = {table["name"] for source in document["sources"] for table in source["tables"]}
    names = {model["name"] for model in models}
    wanted = {f"stg_landing__{entity}" for entity in entities}
    wanted |= {f"int_{entity}" for entity in entities - {"usage_events"}}
    assert wanted <= names, fails(wanted - names, f"{CONTRACT_FILE} has it: write the model")
    extra = {name for name in names if name.startswith("stg_landing__")} - wanted
    assert not extra, fails(extra, f"{CONTRACT_FILE} does not have it: add it there")


def test_accounting_and_quarantine_cover_every_entity(
    manifest: Node, models: list[Node], contract: Contract
) -> None:
    wrong = []
    for model in models:
        if model["name"] in {"int_row_accounting", "int_quarantined_rows"}:
            parents = {manifest["nodes"][name]["name"] for name in model["depends_on"]["nodes"]}
            missing = {f"stg_landing__{entity}" for entity in contract.entities} - parents
            wrong += [f"{model['original_file_path']}: {name}" for name in missing]
    assert not wrong, fails(wrong, "count the rows of this table too")


def test_unit_tests_state_the_contract_as_it_is(manifest: Node, contract: Contract) -> None:
    wrong = []
    for test in manifest["unit_tests"].values():
        macros = (test["overrides"] or {}).get("macros", {})
        stated = macros.get("landing_entity")
        if stated:
            name = re.sub(r"^(stg_landing__|int_)", "", test["model"])
            entity = contract.entity(name)
            real = {
                "key": list(entity.key),
                "version": entity.version,
                "event_time": entity.event_time,
            }
            required = {column.name: column.required for column in entity.columns}
            said = {
                name: bool(column["config"]["meta"].get("required"))
                for name, column in stated.get("columns", {}).items()
            }
            # the model that settles rows looks at no column's meta
            is_read = test["model"].startswith("stg_")
            facts = stated["config"]["meta"].items() <= real.items()
            if not facts or (is_read and not said.items() <= required.items()):
                wrong.append(f"{test['original_file_path']}: {test['name']}")
    assert not wrong, fails(wrong, f"its landing_entity differs from {CONTRACT_FILE}")


def test_every_seed_is_tested(manifest: Node, seeds: list[Node], root: Path) -> None:
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    wrong = []
    for seed in seeds:
        file = root / seed["original_file_path"]
        header = file.read_text(encoding="utf-8").splitlines()[0].split(",")
        if not any(test.get("attached_node") == seed["unique_id"] for test in tests):
            wrong.append(f"{seed['original_file_path']}: no test")
        described = set(seed["columns"])
        wrong += [f"{seed['original_file_path']}: {name}" for name in set(header) ^ described]
    assert not wrong, fails(wrong, "test the seed and describe its columns in seeds/_seeds.yml")
