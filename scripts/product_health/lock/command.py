"""`product-health lock`: write down what each metric means, or check that it is still so."""

import sys
from pathlib import Path

import click

from product_health import terminal
from product_health.errors import UserError
from product_health.files import write_whole
from product_health.keys import misspelt
from product_health.lock.check import (
    Finding,
    as_locked,
    compare,
    current_lock,
    steps,
    undated_versions,
    unlogged_versions,
)
from product_health.lock.entries import LOCK_FILE, Lock, read_lock, write_lock
from product_health.lock.explain import changed_mappings, explanations
from product_health.meaning.definitions import Definitions
from product_health.meaning.states import definitions_of, uncollected
from product_health.project import find_project


@click.command()
@click.option(
    "--check", is_flag=True, help="Only compare; exit 1 where the lock is not up to date."
)
@uncollected()
def lock(*, check: bool) -> None:
    """Write metrics/metrics.lock: what each metric means, and its values on a fixed company.

    It refuses to write over a meaning that changed, or a grain, dimension or name that went,
    without a new version.
    """
    project = find_project(Path.cwd())
    definitions = definitions_of(project)
    if wrong := misspelt(project, definitions.catalogue.names):
        raise UserError("\n".join(wrong))
    locked = read_lock(project) if check or (project / LOCK_FILE).exists() else Lock({}, {})
    current = current_lock(project, definitions)
    findings = compare(locked, current, as_locked(project, definitions, locked))
    unsaid = unlogged_versions(project, definitions) + undated_versions(locked, current)
    _tell_unread(definitions)
    _tell(project, definitions, findings, unsaid)
    _tell_tools(locked, current)
    if check and (findings or unsaid):
        terminal.write(_what_to_do(findings, unsaid), err=True)
        sys.exit(1)
    if any(finding.needs_version for finding in findings) or unsaid:
        message = f"{LOCK_FILE} was left as it is"
        raise UserError(message)
    if check:
        terminal.write(f"{LOCK_FILE}: {len(current.entries)} metrics mean what it says")
        return
    write_whole(project / LOCK_FILE, write_lock(current))
    terminal.write(
        f"{LOCK_FILE}: {len(current.entries)} metrics written, {len(findings)} differences"
    )


def _tell(
    project: Path, definitions: Definitions, findings: list[Finding], unsaid: list[Finding]
) -> None:
    named = (finding.metric for finding in findings if finding.needs_version)
    restated = list(dict.fromkeys(named))
    told = explanations(project, definitions, restated) if restated else {}
    by_change: dict[tuple[str, ...], list[Finding]] = {}
    for finding in [*findings, *unsaid]:
        changes = tuple(told.get(finding.metric, ())) if finding.needs_version else ()
        by_change.setdefault(changes, []).append(finding)
    for changes, group in by_change.items():
        for finding in group:
            terminal.write(f"{finding.metric} {finding.text}")
        for change in changes:
            terminal.write(f"    {change}")
    if findings and (mappings := changed_mappings(project)):
        terminal.write(
            f"Rows of source systems are mapped otherwise: {', '.join(mappings)}. The fixed "
            "company lands none, so only a build of your own data shows what that does"
        )
    if restated:
        terminal.write(steps(restated, definitions))


def _tell_unread(definitions: Definitions) -> None:
    for metric in definitions.catalogue.metrics.values():
        for part in definitions.unread(metric):
            terminal.write(f"{metric.name}: {part.name} is not looked into: {part.reason}")


def _tell_tools(locked: Lock, current: Lock) -> None:
    for name, version in current.made_with.items():
        if locked.made_with.get(name, version) != version:
            terminal.write(
                f"The lock was written with {name} {locked.made_with[name]}, and {version} is "
                "installed: fingerprints may differ by that alone"
            )


def _what_to_do(findings: list[Finding], unsaid: list[Finding]) -> str:
    count = len({finding.metric for finding in [*findings, *unsaid]})
    is_refused = any(finding.needs_version for finding in findings)
    hint = "" if is_refused else "; run `product-health lock` and commit it"
    return f"error: {LOCK_FILE} is not up to date: {count} metrics differ{hint}"
