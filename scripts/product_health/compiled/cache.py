"""Compiled projects kept between runs: one is compiled again when a file of it has changed."""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from product_health.compiled.dbt import Dbt
from product_health.compiled.project import CompiledProject, Model, Seed, Source, compile_project
from product_health.files import keep_newest, write_whole
from product_health.systems.mapping import mapping_files

# What a compile reads.
FILES = ("dbt_project.yml", "profiles.yml")
FOLDERS = ("models", "macros", "metrics", "seeds", "tests/generic", "tests/singular")
# How many projects are kept: both sides of some reviews.
KEPT = 8


def compiled(
    project: Path,
    cache: Path,
    *,
    tell: Callable[[str], None] | None = None,
    parse: Callable[[], Any] = lambda: None,
    **variables: Any,
) -> CompiledProject:
    """Give a compiled project, from the folder `cache` where the project's files have not changed.

    `tell` is told where it has to be compiled, which takes a while; `parse` gives the manifest
    where dbt has parsed the project already. DbtError where it does not compile; nothing is kept
    then.
    """
    stored = cache / f"{fingerprint(project, variables)}.json"
    if not stored.exists():
        if tell:
            tell("dbt reads the project as it is now ...")
        with alone(cache):
            # another process may have compiled it while this one waited
            if not stored.exists():
                # dbt reads everything anew where vars change, and again where they change back
                folder = "_".join(["dbt", *sorted(variables)])
                project_now = compile_project(Dbt(project, cache / folder, parse()), **variables)
                write_whole(stored, json.dumps(asdict(project_now)))
                keep_newest(cache, "*.json", KEPT)
    stored.touch()
    return _load(stored)


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Wait until no other process has dbt write into a folder: its files are for one at a time."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fingerprint(project: Path, variables: dict[str, Any]) -> str:
    """Give a digest of all that a compile reads: files, vars, and the versions of the tools."""
    tools = {name: version(name) for name in ("dbt-core", "dbt-duckdb", "product-health")}
    code = Path(__file__).with_name("project.py").read_bytes()
    digest = hashlib.sha256(json.dumps([tools, variables], sort_keys=True).encode() + code)
    for path in _files(project):
        digest.update(f"\0{path.relative_to(project).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _files(project: Path) -> Iterator[Path]:
    yield from (project / name for name in FILES)
    for folder in FOLDERS:
        paths = sorted((project / folder).rglob("*"))
        yield from (path for path in paths if path.is_file() and path.suffix != ".lock")
    yield from mapping_files(project)


def _load(stored: Path) -> CompiledProject:
    document = json.loads(stored.read_text(encoding="utf-8"))
    return CompiledProject(
        models=tuple(
            Model(**{**model, "parents": tuple(model["parents"])}) for model in document["models"]
        ),
        seeds=tuple(Seed(**seed) for seed in document["seeds"]),
        sources=tuple(Source(**source) for source in document["sources"]),
        manifest=document["manifest"],
        semantic_manifest=document["semantic_manifest"],
        column_meta=document["column_meta"],
    )
