"""What a check leaves behind, for publishing, which it can stop, and for the page."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

RESULT = Path("target/check.json")
DOCS = Path("target/data_docs/index.html")


@dataclass(frozen=True)
class Verdict:
    """An expectation, and whether what it is of (a relation with its schema) is so."""

    suite: str
    expectation: str
    relation: str
    severity: str
    is_met: bool
    description: str


@dataclass(frozen=True)
class CheckResult:
    """A check of a database, which the fingerprint tells from every other build of it."""

    checked_at: datetime
    fingerprint: str
    suites: frozenset[str]
    verdicts: tuple[Verdict, ...]

    def failed(self, severity: str) -> int:
        """Count the expectations of a severity that are not met."""
        return sum(one.severity == severity and not one.is_met for one in self.verdicts)


def read_result(project: Path) -> CheckResult:
    """Read the last check of a project.

    FileNotFoundError where there is none, JSONDecodeError where its file is cut; KeyError,
    TypeError or ValueError where the file is something else.
    """
    said = json.loads((project / RESULT).read_text(encoding="utf-8"))
    return CheckResult(
        checked_at=datetime.fromisoformat(said["checked_at"]),
        fingerprint=str(said["database"]["fingerprint"]),
        suites=frozenset(str(suite["suite"]) for suite in said["suites"]),
        verdicts=tuple(
            Verdict(
                suite=suite["suite"],
                expectation=one["name"],
                relation=one["relation"],
                severity=one["severity"],
                is_met=bool(one["success"]),
                description=" ".join(one["description"].split()),
            )
            for suite in said["suites"]
            for one in suite["expectations"]
        ),
    )
