"""Builds of the project in a database of their own, and what dbt says each node took."""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from measure import Cost, run_measured

BIN = Path(sys.executable).parent
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
USAGE_AND_ADOPTION = ("+path:models/marts/usage", "+path:models/marts/adoption")
APPEND_MODELS = ("int_usage_event_duplicates", "int_usage_event_days", "int_usage_event_runs")
QUERY = re.compile(
    r'\[debug\] \[([^]]+)\]: (?:Using duckdb connection "([^"]+)"|SQL status: OK in ([0-9.]+) s)'
)


@dataclass(frozen=True)
class Node:
    """A node of a dbt run; its time is of dbt's work on it, queries and all."""

    name: str
    kind: str
    started_at: datetime
    completed_at: datetime

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.completed_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class Run:
    """A dbt command with its cost, its nodes, and the seconds of queries by who asked for them."""

    cost: Cost
    nodes: tuple[Node, ...]
    query_times: Mapping[str, float]

    @property
    def query_seconds(self) -> float:
        """How long the database took for it."""
        return sum(self.query_times.values())

    def query_seconds_of(self, names: Iterable[str]) -> float:
        """Add up what the queries of nodes took, in seconds."""
        return sum(self.query_times.get(name, 0) for name in names)

    def seconds_of(self, names: Iterable[str]) -> float:
        """Add up the time of nodes, in seconds."""
        wanted = set(names)
        return sum(node.seconds for node in self.nodes if node.name in wanted)

    def slowest(self, count: int) -> list[Node]:
        """Give the nodes that took longest."""
        return sorted(self.nodes, key=lambda node: -node.seconds)[:count]


@dataclass(frozen=True)
class Project:
    """The project built from a landing folder into a database."""

    landing: Path
    database: Path
    target: Path

    def dbt(self, *arguments: str) -> Run:
        """Run dbt; its time is measured from the start of the process to its end."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        command: list[str | Path] = [
            BIN / "dbt",
            *arguments,
            *("--quiet", "--target-path", str(self.target), "--log-path", str(self.target)),
            *("--vars", json.dumps({"landing_path": str(self.landing)})),
        ]
        log = self.target / "dbt.log"
        log.unlink(missing_ok=True)
        cost = run_measured(command, {"PRODUCT_HEALTH_DATABASE": str(self.database)})
        return Run(cost, _nodes(self.target / "run_results.json"), _query_times(log))

    def build(self, *arguments: str, select: Sequence[str] = USAGE_AND_ADOPTION) -> Run:
        """Build seeds and models without tests."""
        return self.dbt("build", *NO_TESTS, "--select", *select, *arguments)


def _nodes(results: Path) -> tuple[Node, ...]:
    document = json.loads(results.read_text(encoding="utf-8"))
    return tuple(node for entry in document["results"] for node in _node(entry))


def _node(entry: dict[str, Any]) -> list[Node]:
    """Give the node of an entry; one that ran no query, such as a skipped one, has no time."""
    kind, _, name, *_ = entry["unique_id"].split(".")
    return [
        Node(name, kind, _time(timing["started_at"]), _time(timing["completed_at"]))
        for timing in entry["timing"]
        if timing["name"] == "execute" and timing["completed_at"]
    ]


def _query_times(log: Path) -> dict[str, float]:
    """Add up what the log says of each query, by the connection that its thread named last."""
    times: defaultdict[str, float] = defaultdict(float)
    asking: dict[str, str] = {}
    for thread, connection, seconds in QUERY.findall(log.read_text(encoding="utf-8")):
        if connection:
            asking[thread] = connection.rpartition(".")[2]
        else:
            times[asking[thread]] += float(seconds)
    return times


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
