"""Jinja of models, macros and tests: what cannot be read, and names that nobody knows.

dbt tells an error in a macro without its file, and fills in nothing for a name that it does not
know, so that the database stumbles over the SQL of some model downstream.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from product_health.errors import unknown

FOLDERS = ("models", "macros", "tests/generic", "tests/singular")
MACRO = re.compile(r"\{%-?\s*(?:macro|test|materialization)\s+(\w+)")
# What dbt puts beside its context: packages of macros, and all that it has.
PACKAGES = ("dbt", "dbt_duckdb", "builtins")


def wrong_templates(project: Path) -> list[str]:
    """Give a sentence for each template that cannot be read, and each name that is not there."""
    macros = {name for path in _files(project) for name in _macros(path)}
    return [said for path in _files(project) for said in _wrong(path, project, macros)]


def _wrong(path: Path, project: Path, macros: set[str]) -> Iterator[str]:
    file = path.relative_to(project).as_posix()
    read = _read(path.read_text(encoding="utf-8"))
    if isinstance(read, Unreadable):
        told = _short(read.reason)
        yield f"{file}, line {read.line}: the template cannot be read: {told}; mend it there"
        return
    for name in sorted(read.undeclared - macros - _words()):
        near = sorted({*macros, *read.lines} - {name})
        told = unknown("macro, argument or variable", name, near)
        yield f"{file}, line {read.lines[name]}: {told}"


@dataclass(frozen=True)
class Names:
    """The names of a template, each with its first line, and those that it does not set itself."""

    lines: Mapping[str, int]
    undeclared: frozenset[str]


@dataclass(frozen=True)
class Unreadable:
    """Where a template cannot be read, and why."""

    line: int
    reason: str


@cache
def _read(text: str) -> Names | Unreadable:
    from jinja2 import TemplateSyntaxError, meta, nodes

    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        return Unreadable(error.lineno, str(error.message))
    names = sorted(tree.find_all(nodes.Name), key=lambda node: -node.lineno)
    # Jinja takes what one branch sets for unknown in the next
    set_here = {node.name for node in names if node.ctx == "store"}
    return Names(
        {node.name: node.lineno for node in names},
        frozenset(meta.find_undeclared_variables(tree) - set_here),
    )


def _short(reason: str) -> str:
    """Give what Jinja stumbled over, and which block it still looks for the end of."""
    first, *_, last = reason.removesuffix(".").split(". ") * 2
    return first if first == last else f"{first}; {last[0].lower()}{last[1:]}"


def _files(project: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((project / folder).rglob("*.sql"))


@cache
def _environment() -> Any:
    # or else dbt's modules import each other in a circle
    import dbt.cli.main  # noqa: F401
    from dbt_common.clients.jinja import get_environment

    return get_environment()


@cache
def _words() -> frozenset[str]:
    """Give what any template of dbt may name: its context, its macros, and its packages."""
    _environment()
    import dbt.include
    from dbt.context.providers import ModelContext

    members: Any = ModelContext
    shipped = (path for folder in dbt.include.__path__ for path in Path(folder).rglob("*.sql"))
    macros = (name for path in shipped for name in _macros(path))
    words = members._context_members_
    return frozenset({*words, *PACKAGES, *macros})


def _macros(path: Path) -> list[str]:
    return MACRO.findall(path.read_text(encoding="utf-8"))
