"""Suites of expectations as they stand in tests/expectations/."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from product_health import strict_yaml
from product_health.errors import UserError

FOLDER = Path("tests/expectations")
SEVERITIES = ("error", "warn")
SUITE_KEYS = ("relation", "description", "owner", "expectations")
EXPECTATION_KEYS = ("name", "description", "severity", "owner", "expect")
QUERY = "unexpected_rows_query"


@dataclass(frozen=True)
class Expectation:
    """One expectation: `expect` is Great Expectations' own name for it, with its arguments."""

    name: str
    expect: str
    description: str
    severity: str
    owner: str
    arguments: Mapping[str, Any]

    @property
    def query(self) -> str | None:
        """The SQL of rows that should not be there; None where it has none."""
        return self.arguments.get(QUERY)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its arguments name."""
        named = ("column", "column_A", "column_B")
        return tuple(self.arguments[key] for key in named if key in self.arguments)


@dataclass(frozen=True)
class Suite:
    """The expectations of a relation, or of all relations of a schema (`marts.*`)."""

    name: str
    file: str
    relation: str
    description: str
    expectations: tuple[Expectation, ...]


def suite_files(project: Path, only: Collection[str] = ()) -> dict[str, Path]:
    """Give the files of all suites, or of those named; UserError where there is none such."""
    folder = project / FOLDER
    files = {str(path.relative_to(folder).with_suffix("")): path for path in folder.rglob("*.y*ml")}
    if not files:
        message = f"{FOLDER}/: there are no suites of expectations"
        raise UserError(message)
    for name in only:
        if name not in files:
            message = f"there is no suite {name!r}{_near(name, files)}"
            raise UserError(message)
    return {name: path for name, path in sorted(files.items()) if not only or name in only}


def read_suites(project: Path, only: Collection[str] = ()) -> list[Suite]:
    """Read all suites, or those named; UserError where one cannot be understood."""
    return [
        _suite(name, path, str(path.relative_to(project)))
        for name, path in suite_files(project, only).items()
    ]


def arguments_are_known(suite: Suite, one: Expectation, known: Collection[str]) -> None:
    """UserError that names the file and near keys where the expectation takes no such argument."""
    for key in one.arguments:
        if key not in known:
            where = f"{suite.file}, {one.name}"
            message = f"{where}: unknown key {key!r}{_near(key, [*EXPECTATION_KEYS, *known])}"
            raise UserError(message)


def _suite(name: str, path: Path, file: str) -> Suite:
    try:
        document = strict_yaml.parse(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        message = f"{file}: is not YAML: {error}"
        raise UserError(message) from error
    content = _mapping(document, file)
    for key in content:
        if key not in SUITE_KEYS:
            message = f"{file}: unknown key {key!r}{_near(key, SUITE_KEYS)}"
            raise UserError(message)
    listed = content.get("expectations")
    if not isinstance(listed, list) or not listed:
        message = f"{file}: key 'expectations' must list at least one"
        raise UserError(message)
    owner = str(content.get("owner", ""))
    expectations = tuple(_expectation(entry, file, owner) for entry in listed)
    names = [one.name for one in expectations]
    if twice := {one for one in names if names.count(one) > 1}:
        message = f"{file}: the name {min(twice)!r} is given to two expectations"
        raise UserError(message)
    relation = _text(content, "relation", file)
    if relation.count(".") != 1:
        message = f"{file}: relation {relation!r} must be written as schema.table"
        raise UserError(message)
    return Suite(name, file, relation, _text(content, "description", file), expectations)


def _expectation(entry: Any, file: str, owner: str) -> Expectation:
    content = _mapping(entry, f"{file}, expectations")
    where = f"{file}, {content.get('name', 'an expectation without a name')}"
    severity = _text(content, "severity", where)
    if severity not in SEVERITIES:
        message = f"{where}: severity {severity!r} must be one of {', '.join(SEVERITIES)}"
        raise UserError(message)
    arguments = {key: value for key, value in content.items() if key not in EXPECTATION_KEYS}
    if not isinstance(arguments.get(QUERY, ""), str):
        message = f"{where}: {QUERY} must be SQL"
        raise UserError(message)
    return Expectation(
        name=_text(content, "name", where),
        expect=_text(content, "expect", where),
        description=_text(content, "description", where),
        severity=severity,
        owner=str(content.get("owner", owner)),
        arguments=arguments,
    )


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        message = f"{where}: keys and values are expected here, not {type(value).__name__}"
        raise UserError(message)
    return {str(key): inner for key, inner in value.items()}


def _text(content: Mapping[str, Any], key: str, where: str) -> str:
    value = content.get(key)
    if isinstance(value, str) and value.strip():
        return value.strip()
    # a misspelt key is the likely reason that one is missing
    near = get_close_matches(key, [name for name in content if name != key], n=1)
    hint = f" (is {near[0]!r} meant to be it?)" if near and key not in content else ""
    message = f"{where}: key {key!r} is missing or has no text{hint}"
    raise UserError(message)


def _near(key: str, known: Collection[str]) -> str:
    near = get_close_matches(key, known, n=3)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; known are {', '.join(sorted(known))}"
