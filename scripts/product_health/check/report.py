"""The result of a check: as data, as a page, and as a table in the terminal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from product_health import terminal
from product_health.check.engine import MOST_ROWS
from product_health.check.run import Outcome
from product_health.check.suites import Suite


@dataclass(frozen=True)
class Report:
    """All outcomes, by suite, and what they were found on."""

    checked_at: datetime
    database: Mapping[str, Any]
    made_with: Mapping[str, str]
    suites: tuple[Suite, ...]
    outcomes: tuple[Outcome, ...]

    def of(self, suite: Suite) -> list[Outcome]:
        """Give the outcomes of a suite."""
        return [one for one in self.outcomes if one.check.suite.name == suite.name]

    def failed(self, severity: str) -> int:
        """Count the expectations of a severity that do not hold."""
        return sum(
            one.failed and one.check.expectation.severity == severity for one in self.outcomes
        )

    @property
    def verdict(self) -> str:
        """The whole in one line."""
        errors, warnings = self.failed("error"), self.failed("warn")
        if not errors and not warnings:
            return f"all {len(self.outcomes):,} expectations hold"
        parts = [
            f"{errors:,} failed" if errors else "",
            f"{warnings:,} warned of" if warnings else "",
        ]
        return f"of {len(self.outcomes):,} expectations: {', '.join(filter(None, parts))}"


def how_many(outcome: Outcome) -> str:
    """Say how many rows or values fail, or what was observed instead."""
    verdict = outcome.verdict
    if verdict.failing is None:
        return "" if verdict.observed is None else f"observed {verdict.observed:,.6g}"
    is_more = outcome.check.expectation.query is not None and verdict.failing >= MOST_ROWS
    noun = "row" if verdict.failing == 1 else "rows"
    return f"{verdict.failing:,}{' or more' if is_more else ''} {noun}"


def shown(value: Any) -> str:
    """Write a value of the evidence for people."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def as_json(report: Report) -> str:
    """Write a report as JSON."""
    content = {
        "checked_at": report.checked_at.isoformat(timespec="seconds"),
        "database": report.database,
        "made_with": report.made_with,
        "passed": report.failed("error") == 0,
        "expectations": len(report.outcomes),
        "failed": {severity: report.failed(severity) for severity in ("error", "warn")},
        "suites": [_suite(report, suite) for suite in report.suites],
    }
    return json.dumps(content, indent=1, default=str)


def _suite(report: Report, suite: Suite) -> dict[str, Any]:
    return {
        "suite": suite.name,
        "file": suite.file,
        "relation": suite.relation,
        "description": suite.description,
        "expectations": [_outcome(outcome) for outcome in report.of(suite)],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    one = outcome.check.expectation
    return {
        "name": one.name,
        "expect": one.expect,
        "relation": outcome.check.relation,
        "description": one.description,
        "severity": one.severity,
        "owner": one.owner,
        "success": outcome.verdict.success,
        "failing": outcome.verdict.failing,
        "observed": outcome.verdict.observed,
        "rows": outcome.rows,
    }


def as_html(report: Report) -> str:
    """Write a report as a page that loads nothing and runs nothing; no text becomes markup.

    The pages that Great Expectations writes itself show values that fail, run script that stands in
    them, and load from other sites.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"shown": shown, "how_many": how_many}
    template = files("product_health.check").joinpath("report.html.jinja").read_text("utf-8")
    return environment.from_string(template).render(report=report)


def as_table(report: Report) -> str:
    """Write a report as a table: a line for each suite."""
    counts = ("Expectations", "Failed")
    rows = (_counted(suite.name, report.of(suite)) for suite in report.suites)
    return terminal.table(("Suite", *counts, "Severity"), rows, right=counts)


def _counted(name: str, outcomes: Sequence[Outcome]) -> tuple[object, ...]:
    failed = [one for one in outcomes if one.failed]
    severities = sorted({one.check.expectation.severity for one in failed})
    return (name, len(outcomes), len(failed), ", ".join(severities))


def as_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Write what failed, worst first, with its evidence."""
    lines = []
    for outcome in sorted(outcomes, key=lambda one: one.check.expectation.severity):
        if not outcome.failed:
            continue
        one, check = outcome.check.expectation, outcome.check
        owner = f" ({one.owner})" if one.owner else ""
        lines.append(f"{one.severity}: {check.relation}, {one.name}: {how_many(outcome)}{owner}")
        lines.append(f"    {' '.join(one.description.split())}")
        lines += [
            "    " + ", ".join(f"{name} {shown(value)}" for name, value in row.items())
            for row in outcome.rows
        ]
    return lines
