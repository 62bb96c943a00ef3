"""The lock file: one readable block for each metric, in the order of their names."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from product_health import strict_yaml
from product_health.errors import UserError

if TYPE_CHECKING:
    # those who want the name of the file alone are spared half a second
    from product_health.lock.values import Values

LOCK_FILE = Path("metrics/metrics.lock")
MARKERS = ("<<<<<<<", "=======", ">>>>>>>")
KEYS = ("version", "since", "fingerprint", "grains", "dimensions", "all_values", "values")
END = "# end of the lock\n"
HEAD = """\
# What each metric means, and what it is on the fixed company in tests/fixed_company.
# Written by `product-health lock`, read by `product-health lock --check`; do not edit it. After a
# merge conflict take either side, and run `product-health lock`.
# Looked at: the YAML of metrics, the SQL of models down to the sources (macros and vars filled in,
# both branches of incremental models), seeds, the mappings of source systems. Not looked at: how
# files are landed, the database. all_values is a hash of the values of every day (or week or month,
# where a metric has no meaning by day) and segment; values are those of some periods, to read.
"""


@dataclass(frozen=True)
class Entry:
    """A metric in the lock."""

    version: int
    since: date
    fingerprint: str
    grains: tuple[str, ...]
    dimensions: tuple[str, ...]
    all_values: str
    values: "Values"


@dataclass(frozen=True)
class Lock:
    """All metrics in the lock, and the versions of the tools that wrote their fingerprints."""

    made_with: Mapping[str, str]
    entries: Mapping[str, Entry]


def lock_digest(project: Path) -> str:
    """Give a hash of what a project's metrics mean; empty where it has no lock."""
    path = project / LOCK_FILE
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def read_lock(project: Path) -> Lock:
    """Read the lock of a project; UserError where it is missing, cut or edited."""
    path = project / LOCK_FILE
    if not path.exists():
        message = f"{LOCK_FILE}: not there; write it with `product-health lock`"
        raise UserError(message)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        reason = f"it is not in UTF-8 ({error})"
        raise _broken(reason) from error
    return parse_lock(text)


def parse_lock(text: str) -> Lock:
    """Read the text of a lock; UserError where it is not one."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(MARKERS):
            reason = f"line {number} is a merge marker ({line[:20]})"
            raise _broken(reason)
    try:
        document = strict_yaml.parse_own(text)
    except yaml.YAMLError as error:
        reason = f"it is no YAML: {' '.join(str(error).split())}"
        raise _broken(reason) from error
    if not isinstance(document, dict) or set(document) != {"made_with", "metrics"}:
        reason = "it does not hold made_with and metrics, and nothing else"
        raise _broken(reason)
    if not text.endswith(END):
        reason = f"it does not end with {END.strip()!r}, so a part of it is missing"
        raise _broken(reason)
    entries, tools = document["metrics"] or {}, document["made_with"]
    if not isinstance(entries, dict) or not isinstance(tools, dict):
        reason = "made_with and metrics are not mappings"
        raise _broken(reason)
    lock = Lock(tools, {name: _entry(name, said) for name, said in entries.items()})
    # a key that is there twice, or a block elsewhere, is lost in reading and found in writing
    line = _first_difference(_body(text), _body(write_lock(lock)))
    if line:
        reason = f"it was edited at {line!r}"
        raise _broken(reason)
    return lock


def _body(text: str) -> list[str]:
    """Give the lines of a lock without the comments that it begins with."""
    lines = text.splitlines()
    return lines[next((at for at, line in enumerate(lines) if not line.startswith("#")), 0) :]


def _first_difference(found: list[str], written: list[str]) -> str:
    pairs = zip_longest(found, written, fillvalue="")
    return next((one.strip() or other.strip() for one, other in pairs if one != other), "")


def _broken(reason: str) -> UserError:
    return UserError(
        f"{LOCK_FILE} cannot be trusted: {reason}. Take it from git "
        f"(git checkout HEAD -- {LOCK_FILE}), then run `product-health lock`"
    )


def _entry(name: str, said: Any) -> Entry:
    if not isinstance(said, dict) or tuple(said) != KEYS:
        reason = f"the block of {name} has not exactly {', '.join(KEYS)}"
        raise _broken(reason)
    wrong = [key for key, is_right in SHAPES.items() if not is_right(said[key])]
    if wrong:
        reason = f"the block of {name} has no such {wrong[0]}: {str(said[wrong[0]])[:SHOWN]!r}"
        raise _broken(reason)
    return Entry(
        version=said["version"],
        since=said["since"],
        fingerprint=said["fingerprint"],
        grains=tuple(said["grains"]),
        dimensions=tuple(said["dimensions"]),
        all_values=said["all_values"],
        values=said["values"] or {},
    )


def _is_names(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(one, str) for one in said)


def _is_hash(said: Any) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{24}", str(said)))


def _is_values(said: Any) -> bool:
    """Whether it maps parts to periods, and these to numbers."""
    parts = {} if said is None else said
    return isinstance(parts, dict) and all(
        isinstance(part, str)
        and isinstance(periods, dict)
        and all(isinstance(period, str) for period in periods)
        and all(value is None or type(value) in {int, float} for value in periods.values())
        for part, periods in parts.items()
    )


SHOWN = 40
SHAPES: dict[str, Callable[[Any], bool]] = {
    "version": lambda said: type(said) is int and said > 0,
    "since": lambda said: type(said) is date,
    "fingerprint": _is_hash,
    "grains": _is_names,
    "dimensions": _is_names,
    "all_values": _is_hash,
    "values": _is_values,
}


def write_lock(lock: Lock) -> str:
    """Write a lock as text, the same for the same lock on every machine."""
    tools = ", ".join(f"{name}: {version}" for name, version in sorted(lock.made_with.items()))
    blocks = [_block(name, lock.entries[name]) for name in sorted(lock.entries)]
    return "\n\n".join([f"{HEAD}made_with: {{{tools}}}", "metrics:", *blocks]) + f"\n\n{END}"


def _block(name: str, entry: Entry) -> str:
    lines = [
        f"  {_plain(name)}:",
        f"    version: {entry.version}",
        f"    since: {entry.since}",
        f"    fingerprint: {_plain(entry.fingerprint)}",
        f"    grains: [{', '.join(entry.grains)}]",
        f"    dimensions: [{', '.join(map(_plain, entry.dimensions))}]",
        f"    all_values: {_plain(entry.all_values)}",
        "    values:",
    ]
    for part, periods in entry.values.items():
        told = ", ".join(f"'{period}': {_scalar(value)}" for period, value in periods.items())
        lines.append(f"      {_plain(part)}: {{{told}}}")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Write text so that YAML reads it as this text, in a line."""
    simple = _dumped(text, None)
    return _dumped(text, '"') if len(simple.splitlines()) > 1 else simple


def _dumped(text: str, style: str | None) -> str:
    dumped = yaml.safe_dump(text, width=10**6, allow_unicode=True, default_style=style)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _scalar(value: float | None) -> str:
    if value is None:
        return "null"
    text = repr(value)
    # YAML reads 1e-05 as text, 1.0e-05 as a number
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
