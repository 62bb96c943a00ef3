"""Holds the metrics as they are against the lock, and says what to do where they differ."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path

from product_health.errors import UserError
from product_health.lock.entries import LOCK_FILE, Entry, Lock
from product_health.lock.values import (
    FIXED_COMPANY,
    Value,
    Values,
    fixed_workbench,
    uncomputed,
    values,
)
from product_health.meaning.changes import paired
from product_health.meaning.definitions import (
    Definitions,
    Split,
    at_shortest,
    preferred_grain,
    whole_split,
)
from product_health.meaning.digests import digest
from product_health.semantics.catalogue import Metric
from product_health.semantics.interface import DEPRECATE_FIRST, GONE, lacks_version, renamed_from
from product_health.workbench.bench import QueryError, Workbench

TOOLS = ("metricflow", "sqlglot")
CHANGELOG = Path("CHANGELOG.md")
MOST_TOLD = 4


@dataclass(frozen=True)
class Finding:
    """A metric that is not as the lock says.

    `needs_version`: its meaning changed, or readers lose a grain, a dimension or its name, and its
    version did not; the lock is not written over that.
    """

    metric: str
    text: str
    needs_version: bool = False


def current_lock(project: Path, definitions: Definitions) -> Lock:
    """Compute what the lock of a project should say."""
    with fixed_workbench(project) as bench:
        entries = {
            name: _entry(bench, definitions, metric, whole_split(metric))
            for name, metric in definitions.catalogue.metrics.items()
        }
    return Lock({name: installed(name) for name in TOOLS}, entries)


def as_locked(project: Path, definitions: Definitions, locked: Lock) -> dict[str, Entry]:
    """Compute metrics that are split otherwise than in the lock as they were split there.

    So a dimension that is new, or gone, is not taken for another meaning.
    """
    splits = {
        name: _locked_split(locked.entries[name], metric)
        for name, metric in definitions.catalogue.metrics.items()
        if name in locked.entries
    }
    metrics = definitions.catalogue.metrics
    with fixed_workbench(project) as bench:
        return {
            name: _entry(bench, definitions, metrics[name], split)
            for name, split in splits.items()
            if split != whole_split(metrics[name])
        }


def _locked_split(entry: Entry, metric: Metric) -> Split:
    dimensions = tuple(name for name in sorted(entry.dimensions) if name in metric.dimensions)
    grain = preferred_grain(entry.grains)
    return Split(grain if grain in metric.grains else preferred_grain(metric.grains), dimensions)


def _entry(bench: Workbench, definitions: Definitions, metric: Metric, split: Split) -> Entry:
    try:
        found = values(bench, definitions, metric, split)
        every = values(bench, definitions, metric, at_shortest(split, metric))
    except QueryError as error:
        told = uncomputed(definitions, metric, str(FIXED_COMPANY), error)
        raise UserError(told) from error
    return Entry(
        version=metric.version,
        since=metric.since,
        fingerprint=definitions.fingerprint(metric, split),
        grains=metric.grains,
        dimensions=split.dimensions,
        all_values=digest(json.dumps(every)),
        values=found,
    )


def compare(
    locked: Lock, current: Lock, narrowed: Mapping[str, Entry] | None = None
) -> list[Finding]:
    """Tell every difference between the lock and the metrics as they are, by name.

    `narrowed` are metrics that are split otherwise now, as `as_locked` gives them.
    """
    renamed = _renamed(locked, current)
    found = [_rename(locked, current, old, new) for old, new in renamed.items()]
    for name in sorted(locked.entries.keys() | current.entries.keys()):
        if name in renamed or name in renamed.values():
            continue
        if name not in current.entries:
            found.append(Finding(name, f"{GONE}: {DEPRECATE_FIRST}"))
        elif name not in locked.entries:
            found.append(Finding(name, "is new"))
        else:
            old, new = locked.entries[name], current.entries[name]
            found += _differences(name, old, (narrowed or {}).get(name, new))
            found += _shape_differences(name, old, new)
    return found


def _renamed(locked: Lock, current: Lock) -> dict[str, str]:
    """Give the new name of metrics that are called otherwise and mean the same."""
    old, new = locked.entries, current.entries
    return paired(
        {name: old[name].fingerprint for name in old.keys() - new.keys()},
        {name: new[name].fingerprint for name in new.keys() - old.keys()},
    )


def _rename(locked: Lock, current: Lock, old: str, new: str) -> Finding:
    versions = locked.entries[old].version, current.entries[new].version
    return Finding(new, f"{renamed_from(old)}, same meaning", lacks_version(*versions))


def _differences(name: str, old: Entry, new: Entry) -> Iterator[Finding]:
    is_same_version = lacks_version(old.version, new.version)
    is_rewritten = old.fingerprint != new.fingerprint
    # hashes of other splits cannot be compared, their values can
    is_comparable = old.dimensions == new.dimensions
    told = _moved(old, new)
    if is_rewritten and told:
        told = f"no longer means what version {old.version} meant{told}"
        yield Finding(name, told, needs_version=is_same_version)
    elif is_rewritten and is_comparable:
        yield Finding(name, "text changed, value identical on the fixed company")
    elif told:
        why = "has other values with the same SQL: the fixed company or a tool changed"
        yield Finding(name, f"{why}{told}")
    if old.version != new.version and not (is_rewritten and told):
        yield Finding(name, f"is version {new.version} and means what version {old.version} meant")
    if old.version == new.version and old.since != new.since:
        yield Finding(name, f"is version {new.version} since {new.since}, not {old.since}")


def _moved(old: Entry, new: Entry) -> str:
    """Tell which values are others now; nothing where all are the same."""
    moved = changed_values(_narrowed(old, new.dimensions), new.values)
    if moved:
        return f":{_told(moved)}"
    shortest, is_comparable = new.grains[0], old.dimensions == new.dimensions
    if is_comparable and shortest == old.grains[0] and old.all_values != new.all_values:
        seen = preferred_grain(new.grains)
        return f": values by {shortest} are others, none of those by {seen}; see a review"
    return ""


def _narrowed(entry: Entry, dimensions: tuple[str, ...]) -> Values:
    """Give the values of an entry that name no dimension but these."""
    gone = [name for name in entry.dimensions if name not in dimensions]
    return {
        part: periods
        for part, periods in entry.values.items()
        if not any(f", {name} " in f", {part}" for name in gone)
    }


def _shape_differences(name: str, old: Entry, new: Entry) -> Iterator[Finding]:
    for what, before, after in (
        ("grains", old.grains, new.grains),
        ("dimensions", old.dimensions, new.dimensions),
    ):
        if before != after:
            told = [", ".join(side) or "none" for side in (before, after)]
            is_broken = bool(set(before) - set(after)) and lacks_version(old.version, new.version)
            yield Finding(name, f"{what} were {told[0]} and are {told[1]}", is_broken)


def changed_values(old: Values, new: Values) -> list[tuple[str, str, Value, Value]]:
    """Give part, period, value before and after where they differ."""
    return [
        (part, period, before, after)
        for part in dict.fromkeys([*old, *new])
        for period in dict.fromkeys([*old.get(part, {}), *new.get(part, {})])
        for before, after in [(old.get(part, {}).get(period), new.get(part, {}).get(period))]
        if before != after
    ]


def _told(moved: list[tuple[str, str, Value, Value]]) -> str:
    shown = [
        f"{part} {period}: {_number(before)} -> {_number(after)}"
        for part, period, before, after in moved[:MOST_TOLD]
    ]
    rest = len(moved) - MOST_TOLD
    return "\n    ".join(["", *shown, *([f"and {rest} more values"] if rest > 0 else [])])


def _number(value: Value) -> str:
    return "none" if value is None else f"{value:.6g}"


def unlogged_versions(project: Path, definitions: Definitions) -> list[Finding]:
    """Tell each version above 1 that the changelog does not mention as `metric` vN."""
    path = project / CHANGELOG
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [
        Finding(name, f"is version {metric.version}, which {CHANGELOG} does not mention: {line}")
        for name, metric in definitions.catalogue.metrics.items()
        for line in [f"- `{name}` v{metric.version}: what changed, and why"]
        if metric.version > 1 and not re.search(rf"`{re.escape(name)}` v{metric.version}\b", text)
    ]


def undated_versions(locked: Lock, current: Lock) -> list[Finding]:
    """Tell each version that is newer than in the lock, and does not begin later."""
    return [
        Finding(
            name,
            f"is version {new.version} since {new.since}, and version {old.version} was since "
            f"{old.since}: since is the date from which version {new.version} is what people read",
        )
        for name, new in current.entries.items()
        for old in [locked.entries.get(name, new)]
        if new.version > old.version and new.since <= old.since
    ]


def steps(names: list[str], definitions: Definitions) -> str:
    """Say the three steps that make a changed meaning right."""
    metrics = [definitions.catalogue.metrics[name] for name in names]
    files = ", ".join(sorted({metric.file for metric in metrics}))
    owners = ", ".join(sorted({definitions.catalogue.owner(metric) for metric in metrics}))
    return (
        "If the change is meant:\n"
        f"  1. raise version and since of {', '.join(names)} in {files}\n"
        f"  2. add a line for each to {CHANGELOG}: - `{names[0]}` v{metrics[0].version + 1}: "
        "what changed, and why\n"
        f"  3. run `product-health lock`, and commit {LOCK_FILE}\n"
        f"Who must agree: {owners}. If it is not meant, undo it."
    )
