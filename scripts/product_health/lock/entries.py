"""The lock file: one readable block for each metric, in the order of their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from product_health.errors import UserError

if TYPE_CHECKING:
    # those who want the name of the file alone are spared half a second
    from product_health.lock.values import Values

LOCK_FILE = Path("metrics/metrics.lock")
MARKERS = ("<<<<<<<", "=======", ">>>>>>>")
KEYS = ("version", "fingerprint", "grains", "dimensions", "values")
END = "# end of the lock\n"
HEAD = """\
# What each metric means, and what it is on the fixed company in tests/fixed_company.
# Written by `product-health lock`, read by `product-health lock --check`; do not edit it. After a
# merge conflict take either side, and run `product-health lock`.
# Looked at: the YAML of metrics, the SQL of models down to the sources (macros and vars filled in,
# both branches of incremental models), seeds. Not looked at: how files are landed, the database.
"""


@dataclass(frozen=True)
class Entry:
    """A metric in the lock."""

    version: int
    fingerprint: str
    grains: tuple[str, ...]
    dimensions: tuple[str, ...]
    values: "Values"


@dataclass(frozen=True)
class Lock:
    """All metrics in the lock, and the versions of the tools that wrote their fingerprints."""

    made_with: Mapping[str, str]
    entries: Mapping[str, Entry]


def read_lock(project: Path) -> Lock:
    """Read the lock of a project; UserError where it is missing, cut or edited."""
    path = project / LOCK_FILE
    if not path.exists():
        message = f"{LOCK_FILE}: not there; write it with `product-health lock`"
        raise UserError(message)
    return parse_lock(path.read_text(encoding="utf-8"))


def parse_lock(text: str) -> Lock:
    """Read the text of a lock; UserError where it is not one."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(MARKERS):
            reason = f"line {number} is a merge marker ({line[:20]})"
            raise _broken(reason)
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = f"it is no YAML: {' '.join(str(error).split())}"
        raise _broken(reason) from error
    if not isinstance(document, dict) or set(document) != {"made_with", "metrics"}:
        reason = "it does not hold made_with and metrics, and nothing else"
        raise _broken(reason)
    if not text.endswith(END):
        reason = f"it does not end with {END.strip()!r}, so a part of it is missing"
        raise _broken(reason)
    entries = document["metrics"] or {}
    return Lock(document["made_with"], {name: _entry(name, said) for name, said in entries.items()})


def _broken(reason: str) -> UserError:
    return UserError(
        f"{LOCK_FILE} cannot be trusted: {reason}. Take it from git "
        f"(git checkout HEAD -- {LOCK_FILE}), then run `product-health lock`"
    )


def _entry(name: str, said: Any) -> Entry:
    if not isinstance(said, dict) or tuple(said) != KEYS or not isinstance(said["values"], dict):
        reason = f"the block of {name} has not exactly {', '.join(KEYS)}"
        raise _broken(reason)
    return Entry(
        version=said["version"],
        fingerprint=said["fingerprint"],
        grains=tuple(said["grains"]),
        dimensions=tuple(said["dimensions"]),
        values={part: dict(periods) for part, periods in said["values"].items()},
    )


def write_lock(lock: Lock) -> str:
    """Write a lock as text, the same for the same lock on every machine."""
    tools = ", ".join(f"{name}: {version}" for name, version in sorted(lock.made_with.items()))
    blocks = [_block(name, lock.entries[name]) for name in sorted(lock.entries)]
    return "\n\n".join([f"{HEAD}made_with: {{{tools}}}", "metrics:", *blocks]) + f"\n\n{END}"


def _block(name: str, entry: Entry) -> str:
    lines = [
        f"  {name}:",
        f"    version: {entry.version}",
        f"    fingerprint: {entry.fingerprint}",
        f"    grains: [{', '.join(entry.grains)}]",
        f"    dimensions: [{', '.join(entry.dimensions)}]",
        "    values:",
    ]
    for part, periods in entry.values.items():
        told = ", ".join(f"'{period}': {_scalar(value)}" for period, value in periods.items())
        lines.append(f"      {yaml.safe_dump(part, width=1000).splitlines()[0]}: {{{told}}}")
    return "\n".join(lines)


def _scalar(value: float | None) -> str:
    if value is None:
        return "null"
    text = repr(value)
    # YAML reads 1e-05 as text, 1.0e-05 as a number
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
