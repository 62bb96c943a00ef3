"""Judging, deduplication and accounting: what becomes of every landed row.

Choices: missing means NULL or an empty text. Where csat_score is both fractional and out
of range it is `csat_score_not_whole`, as for survey scores. (entity, load) pairs are those with at
least one landed row. The rows of a load that was taken back do not exist.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isfinite
from typing import Any

from .company import Company, Entity, Row, contract
from .dates import ONE_DAY, local_date

CLOCK_TOLERANCE = timedelta(hours=1)
OUTCOMES = ("accepted", "superseded", "duplicate", "quarantined")


@dataclass(frozen=True)
class JudgedRow:
    """A landed row with its outcome, and the reason where it is quarantined."""

    row: Row
    outcome: str
    reason: str | None = None


def settle(company: Company, entity: Entity) -> list[JudgedRow]:
    """Give every landed row of an entity its outcome."""
    undone = {load["load_id"] for load in company.loads if load.get("undone_at") is not None}
    rows = [row for row in company.tables.get(entity.name, []) if row["load_id"] not in undone]
    judged = [(row, rejection_reason(entity, row, company.vars)) for row in rows]
    rejected = [JudgedRow(row, "quarantined", reason) for row, reason in judged if reason]
    sound = [row for row, reason in judged if reason is None]
    return rejected + _deduplicated(entity, sound)


def _deduplicated(entity: Entity, rows: Iterable[Row]) -> list[JudgedRow]:
    """Sort sound rows into those that count, their repeats, and versions that a later one beats.

    Of repeats the one of the lowest load counts, the first of them in it.
    """
    repeats: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        repeats[tuple(row[column] for column in entity.identity)].append(row)
    settled: list[JudgedRow] = []
    versions: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for same in repeats.values():
        first, *others = sorted(same, key=lambda row: (row["load_id"], row["landing_row"]))
        settled += [JudgedRow(row, "duplicate") for row in others]
        versions[tuple(first[column] for column in entity.key)].append(first)
    for history in versions.values():
        latest = max(history, key=lambda row: row[entity.version or entity.key[0]])
        settled += [
            JudgedRow(row, "accepted" if row is latest else "superseded") for row in history
        ]
    return settled


def rejection_reason(entity: Entity, row: Row, variables: dict[str, Any]) -> str | None:
    """Give the first reason to quarantine a row, judged by itself alone; None for a sound row."""
    if row.get("parse_error") is not None:
        return f"unparseable_{row['parse_error']}"
    for column in entity.required:
        if row.get(column) in (None, ""):
            return f"missing_{column}"
    received_at = row.get("received_at")
    if received_at is not None and row[entity.event_time] > received_at + CLOCK_TOLERANCE:
        return f"{entity.event_time}_in_future"
    return _entity_reason(entity.name, row, variables["survey_scales"])


def _entity_reason(name: str, row: Row, scales: dict[str, dict[str, float]]) -> str | None:
    if name in ("survey_responses", "survey_invitations") and row["survey_kind"] not in scales:
        return "unknown_survey_kind"
    if name == "survey_responses":
        return _score_reason("score", row["score"], scales[row["survey_kind"]])
    if name == "support_tickets" and row["csat_score"] is not None:
        return _score_reason("csat_score", row["csat_score"], scales["csat"])
    if name == "crm_subscriptions":
        if row["ended_at"] is not None and row["ended_at"] < row["started_at"]:
            return "ended_before_started"
        return "negative_mrr" if row["mrr"] < 0 else None
    return None


def _score_reason(column: str, score: float, scale: dict[str, float]) -> str | None:
    if isfinite(score) and score != int(score):
        return f"{column}_not_whole"
    if not scale["lowest"] <= score <= scale["highest"]:
        return f"{column}_out_of_range"
    return None


def settle_all(company: Company) -> dict[str, list[JudgedRow]]:
    """Give every landed row of every entity its outcome."""
    return {name: settle(company, entity) for name, entity in contract().items()}


def accepted(judged: Iterable[JudgedRow]) -> list[Row]:
    """Keep the rows that count."""
    return [one.row for one in judged if one.outcome == "accepted"]


def history(judged: Iterable[JudgedRow]) -> list[Row]:
    """Keep the rows that count or once did: every version."""
    return [one.row for one in judged if one.outcome in ("accepted", "superseded")]


def quarantine(judged: Sequence[JudgedRow], rows: Sequence[Row], reason: str) -> list[JudgedRow]:
    """Move rows to quarantine that only their neighbours show to be wrong."""
    marked = {id(row) for row in rows}
    return [
        replace(one, outcome="quarantined", reason=reason) if id(one.row) in marked else one
        for one in judged
    ]


def accounting(outcomes: dict[str, list[JudgedRow]]) -> list[Row]:
    """Count raw rows and outcomes per entity and load."""
    counts: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for entity, judged in outcomes.items():
        for one in judged:
            counts[entity, one.row["load_id"]][one.outcome] += 1
    return [
        {"entity": entity, "load_id": load_id, "raw_rows": count.total()}
        | {f"{outcome}_rows": count[outcome] for outcome in OUTCOMES}
        for (entity, load_id), count in counts.items()
    ]


def as_of_dates(company: Company) -> dict[str, date | None]:
    """Give the last complete date of each family of metrics, None without a heartbeat.

    An entity's heartbeat is the greatest of its loads; one without any holds nothing back.
    """
    families: dict[str, list[str]] = defaultdict(list)
    for row in company.seed("metric_families"):
        families[row["family"]].append(row["entity"])
    return {family: _as_of_date(company, entities) for family, entities in families.items()}


def _as_of_date(company: Company, entities: Iterable[str]) -> date | None:
    if company.vars["as_of_date"] is not None:
        fixed = company.vars["as_of_date"]
        return date.fromisoformat(fixed) if isinstance(fixed, str) else fixed
    heartbeats = []
    for entity in entities:
        beats = [
            load["complete_until"]
            for load in company.loads
            if load["entity"] == entity
            and load.get("undone_at") is None
            and load["complete_until"] is not None
        ]
        heartbeats += [max(beats)] if beats else []
    # The date on which a heartbeat falls is not over: the one before is the last that is.
    return local_date(min(heartbeats), company.zone) - ONE_DAY if heartbeats else None
