"""What a publication holds: its marts, and the questions that its metrics are."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from product_health.compiled.cache import fingerprint
from product_health.compiled.project import CompiledProject, Model
from product_health.errors import UserError
from product_health.files import keep_newest, write_whole
from product_health.repository import CACHE

if TYPE_CHECKING:
    from product_health.meaning.definitions import Definitions

# Marts of this folder are what metrics read; they stand in a schema of their own.
READINGS = "metrics"
CERTIFIED = "certified"
IDENTITY_MODEL = "int_actor_people"
CODE = ("publish/plan.py", "meaning", "semantics")
KEPT = 4


@dataclass(frozen=True)
class Mart:
    """A table to publish; `name` is what its latest version is called without one."""

    table: str
    name: str
    is_latest: bool
    is_reading: bool


@dataclass(frozen=True)
class Question:
    """A certified metric in total: SQL by its grain, and by the shortest period that it has."""

    metric: str
    unit: str
    version: int
    fingerprint: str
    shape: str
    grain: str
    finest: str
    sql: str
    finest_sql: str
    is_by_person: bool


@dataclass(frozen=True)
class Plan:
    """What to publish of a project."""

    marts: tuple[Mart, ...]
    questions: tuple[Question, ...]


def plan(project: Path, tell: Callable[[str], None]) -> Plan:
    """Give the plan of a project, kept between runs: to start MetricFlow takes seconds."""
    folder = project / CACHE / "publish"
    stored = folder / f"{_key(project)}.json"
    if not stored.exists():
        # what it imports takes longer than all else where a plan was kept
        from product_health.meaning.states import definitions_of

        fresh = _plan(definitions_of(project, tell=tell))
        write_whole(stored, json.dumps(asdict(fresh)))
        keep_newest(folder, "*.json", KEPT)
    said = json.loads(stored.read_text(encoding="utf-8"))
    return Plan(
        tuple(Mart(**one) for one in said["marts"]),
        tuple(Question(**one) for one in said["questions"]),
    )


def _key(project: Path) -> str:
    """Give a digest of the project's files, and of the code that makes a plan of them."""
    digest = hashlib.sha256(fingerprint(project, {}).encode())
    home = Path(__file__).parents[1]
    for name in CODE:
        for path in sorted([home / name, *(home / name).rglob("*.py")]):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def require_nothing_personal(project: CompiledProject) -> None:
    """Refuse a project in which a personal value reaches what people read."""
    from product_health.meaning.personal import NOT_PERSONAL, into_marts, told

    ways = into_marts(project)
    if ways:
        more = f" (and {len(ways) - 1} more)" if len(ways) > 1 else ""
        message = (
            f"not published: personal data would be read: {told(ways[0])}; leave it out, or say "
            f"why it is not personal in its YAML, `meta: {{{NOT_PERSONAL}: ...}}`{more}"
        )
        raise UserError(message)


def _plan(definitions: "Definitions") -> Plan:
    project = definitions.project
    require_nothing_personal(project)
    marts = [
        _mart(model, project) for model in project.models if model.unique_id in _marts(project)
    ]
    return Plan(tuple(sorted(marts, key=lambda mart: mart.table)), tuple(questions_of(definitions)))


def _marts(project: CompiledProject) -> set[str]:
    return {model.unique_id for model in project.models if model.layer == "marts"} & set(
        project.manifest["marts"]
    )


def _mart(model: Model, project: CompiledProject) -> Mart:
    said = project.manifest["marts"][model.unique_id]
    return Mart(
        table=model.relation.replace('"', "").split(".")[-1],
        name=model.name,
        is_latest=said["version"] == said["latest_version"],
        is_reading=Path(model.file).parent.name == READINGS,
    )


def questions_of(definitions: "Definitions") -> list[Question]:
    """Give the certified metrics of a project."""
    from product_health.meaning.definitions import Definitions, preferred_grain
    from product_health.semantics.engine import TIME

    shapes = Definitions(_without_rules(definitions.project), definitions.kept)
    found = []
    for metric in definitions.catalogue.metrics.values():
        if metric.tier != CERTIFIED:
            continue
        grain, finest = preferred_grain(metric.grains), metric.grains[0]
        found.append(
            Question(
                metric=metric.name,
                unit=metric.unit,
                version=metric.version,
                fingerprint=definitions.fingerprint(metric),
                shape=shapes.fingerprint(metric),
                grain=grain,
                finest=finest,
                sql=definitions.sql.sql(metric.name, [f"{TIME}__{grain}"]),
                finest_sql=definitions.sql.sql(metric.name, [f"{TIME}__{finest}"]),
                is_by_person=IDENTITY_MODEL in {one.name for one in definitions.upstream(metric)},
            )
        )
    return found


def _without_rules(project: CompiledProject) -> CompiledProject:
    """Give the project with seeds of no rows: what changes in it is no rule of a seed."""
    empty = (replace(seed, text=seed.text.splitlines()[0]) for seed in project.seeds)
    return replace(project, seeds=tuple(empty))
