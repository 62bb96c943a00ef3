"""What changed between two texts of SQL: the smallest parts of the syntax tree that differ."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from product_health.meaning.definitions import Definitions
from product_health.meaning.digests import digest
from product_health.meaning.mappings import header_text
from product_health.meaning.project import DIALECT, formatted, plain
from product_health.semantics.catalogue import Metric

# Parts that say little alone: their change is told with what they stand in.
SMALL = (exp.Literal, exp.Identifier, exp.Column, exp.DataType, exp.Var, exp.Boolean, exp.Null)
LONGEST = 240
# How much of what is the same stands before a difference in a long text.
LEAD = 40
CONTEXT_LINES = 2
# What is added to the name of an incremental model for its SQL on a table that is there already,
# and for how those rows are put in.
OF_INCREMENT = (", incremental", ", strategy")


@dataclass(frozen=True)
class Change:
    """A part of a model, a seed or a metric that is written differently; one side may be empty."""

    where: str
    before: str
    after: str

    def __str__(self) -> str:
        """Tell it in a line."""
        if not self.before:
            return f"{self.where}: added {self.after}"
        if not self.after:
            return f"{self.where}: removed {self.before}"
        return f"{self.where}: {self.before} -> {self.after}"


def smallest_changes(before: str, after: str) -> list[tuple[str, str]]:
    """Give pairs of the smallest differing parts of two queries, as SQL."""
    try:
        old, new = (sqlglot.parse_one(sql, read=DIALECT) for sql in (before, after))
    except SqlglotError:
        return _changed_lines(before, after)
    found = _changes(old, new)
    return list(dict.fromkeys([_told(old, new)] if found is None else found))


def _changes(old: exp.Expr, new: exp.Expr) -> list[tuple[str, str]] | None:
    """Give the changed parts within a node; None where the node itself is to be told."""
    if old == new:
        return []
    if type(old) is not type(new) or isinstance(old, SMALL):
        return None
    found: list[tuple[str, str]] = []
    for name in dict.fromkeys([*old.args, *new.args]):
        part = _changed_argument(old.args.get(name), new.args.get(name))
        if part is None:
            return [_told(old, new)]
        found += part
    return found


def _changed_argument(old: object, new: object) -> list[tuple[str, str]] | None:
    if isinstance(old, list) or isinstance(new, list):
        return _changed_list(_as_list(old), _as_list(new))
    if isinstance(old, exp.Expr) and isinstance(new, exp.Expr):
        return _changes(old, new)
    if isinstance(old, exp.Expr) or isinstance(new, exp.Expr):
        return [_told(old, new)]
    return [] if (old or None) == (new or None) else None


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _changed_list(old: list[object], new: list[object]) -> list[tuple[str, str]] | None:
    found: list[tuple[str, str]] = []
    texts = [_whole(part) for part in old], [_whole(part) for part in new]
    for tag, i, j, k, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if tag == "replace" and j - i == m - k:
            for one, other in zip(old[i:j], new[k:m], strict=True):
                part = _changed_argument(one, other)
                found += [_told(one, other)] if part is None else part
        else:
            found.append(_told(", ".join(texts[0][i:j]), ", ".join(texts[1][k:m])))
    return found


def _told(old: object, new: object) -> tuple[str, str]:
    """Give both texts, short, and where they are long the part in which they differ."""
    before, after = _whole(old), _whole(new)
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), len(before))
    start = 0 if same < LONGEST // 2 else same - LEAD
    return _short(before, start), _short(after, start)


def _whole(node: object) -> str:
    if isinstance(node, exp.Expr):
        return node.sql(dialect=DIALECT, comments=False)
    return "" if node is None else str(node)


def _short(text: str, start: int) -> str:
    head = "... " if start and text else ""
    tail = " ..." if len(text) > start + LONGEST else ""
    return f"{head}{text[start : start + LONGEST]}{tail}"


def _changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    lines = before.splitlines(), after.splitlines()
    return [
        ("\n".join(lines[0][i:j]), "\n".join(lines[1][k:m]))
        for tag, i, j, k, m in difflib.SequenceMatcher(None, *lines).get_opcodes()
        if tag != "equal"
    ]


@dataclass(frozen=True)
class Part:
    """A model, seed or metric whose text differs, with its text before and after."""

    name: str
    file: str
    before: str
    after: str

    @property
    def is_of_increment(self) -> bool:
        """Whether only builds on a table that is there already run it."""
        return self.name.endswith(OF_INCREMENT)

    def changes(self) -> list[Change]:
        """Give the smallest parts that differ."""
        if self.file.endswith(".csv"):
            pairs = _changed_lines(self.before, self.after)
        else:
            pairs = smallest_changes(self.before, self.after)
        return [Change(self.name, *pair) for pair in pairs]

    def diff(self) -> str:
        """Give a unified diff of the text, macros expanded, with little context."""
        lines = (self.before.splitlines(), self.after.splitlines())
        return "\n".join(
            difflib.unified_diff(*lines, "before", "after", lineterm="", n=CONTEXT_LINES)
        )


def changed_parts(
    old_metric: Metric, new_metric: Metric, base: Definitions, head: Definitions
) -> list[Part]:
    """Give what of a metric is written differently, from its YAML down to the seeds it reads.

    A relation that means the same, whatever it is called and however it is written, is left out.
    """
    before, after = _texts(base, old_metric), _texts(head, new_metric)
    renames = renamed_models(base, head) | {old_metric.name: new_metric.name}
    for old, new in renames.items():
        before = {_renamed(key, old, new): text.renamed(old, new) for key, text in before.items()}
    return [
        Part(key, (new or old).file, old.sql, new.sql)
        for key in dict.fromkeys([*after, *before])
        for old, new in [(before.get(key, NOTHING), after.get(key, NOTHING))]
        if old.sql != new.sql and (old.meaning is None or old.meaning != new.meaning)
    ]


def renamed_models(base: Definitions, head: Definitions) -> dict[str, str]:
    """Give the new name of each model that is called otherwise now and means the same."""
    old, new = ({model.name: model for model in one.project.models} for one in (base, head))
    return paired(
        {name: _meaning(base, old[name].relation) for name in old.keys() - new.keys()},
        {name: _meaning(head, new[name].relation) for name in new.keys() - old.keys()},
    )


def paired(gone: Mapping[str, str], fresh: Mapping[str, str]) -> dict[str, str]:
    """Give the new name of what is called otherwise and means the same; each name is given once."""
    left = sorted(fresh)
    found = {}
    for name, meaning in sorted(gone.items()):
        match = next((other for other in left if fresh[other] == meaning), None)
        if match:
            left.remove(match)
            found[name] = match
    return found


@dataclass(frozen=True)
class _Text:
    """What stands in a file, and what it means if it is a relation."""

    file: str
    sql: str
    meaning: str | None = None

    def renamed(self, old: str, new: str) -> "_Text":
        return _Text(self.file, _renamed(self.sql, old, new), self.meaning)


NOTHING = _Text("", "")


def _renamed(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}(?=_v\d+\b|\b)", new, text)


def _texts(definitions: Definitions, metric: Metric) -> dict[str, _Text]:
    """Give a metric, the models it is made of, and the seeds that these read, marts first."""
    found = {metric.name: _Text(metric.file, formatted(definitions.question(metric)))}
    models = definitions.upstream(metric)
    for model in reversed(models):
        meaning = _meaning(definitions, model.relation)
        found[model.name] = _Text(model.file, formatted(model.sql), meaning)
        if model.incremental_sql:
            increment = formatted(model.incremental_sql)
            found[f"{model.name}{OF_INCREMENT[0]}"] = _Text(model.file, increment, meaning)
            found[f"{model.name}{OF_INCREMENT[1]}"] = _Text(model.file, model.strategy, meaning)
    read = {parent for model in models for parent in model.parents}
    for seed in definitions.project.seeds:
        if seed.unique_id in read:
            found[seed.name] = _Text(seed.file, seed.text, _meaning(definitions, seed.relation))
    for source in definitions.project.sources:
        if source.unique_id in read:
            found |= _mapping_texts(source.mappings)
    return found


def _mapping_texts(mappings: Mapping[str, str]) -> dict[str, _Text]:
    """Give the mappings by which systems are landed in a table: their SQL, and their top."""
    found = {}
    for file, text in mappings.items():
        name = "/".join(PurePath(file).with_suffix("").parts[-2:])
        found[name] = _Text(file, formatted(text))
        found[f"{name} (top)"] = _Text(file, header_text(text))
    return found


def _meaning(definitions: Definitions, relation: str) -> str:
    found = definitions.meaning.relations[plain(relation)]
    return digest(found.rows, *(f"{name}={held}" for name, held in sorted(found.columns.items())))
