"""Judging, deduplication and accounting: what becomes of every landed row.

Choices: where csat_score is both fractional and out of range it is `not_whole`, as for survey
scores. (entity, load) pairs are those with at least one landed row. The rows of a load that was
taken back do not exist. A value is set aside before rows are compared, so rows that differ in
nothing but a value that is wrong are repeats.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

from .company import Company, Entity, Row, contract
from .dates import ONE_DAY, local_date, to_utc

CLOCK_TOLERANCE = timedelta(hours=1)
HIGHEST_MRR = 1e12
OUTCOMES = ("accepted", "superseded", "duplicate", "conflicting", "quarantined")


@dataclass(frozen=True)
class JudgedRow:
    """A landed row as it is read, with its outcome, and the reason where it is quarantined.

    `set_aside` are the columns whose value is not believed, with why.
    """

    row: Row
    outcome: str
    reason: str | None = None
    set_aside: tuple[tuple[str, str], ...] = ()


def settle(company: Company, entity: Entity) -> list[JudgedRow]:
    """Give every landed row of an entity its outcome."""
    undone = {load["load_id"] for load in company.loads if load.get("undone_at") is not None}
    landed = [row for row in company.tables.get(entity.name, []) if row["load_id"] not in undone]
    judged = [_judged(company, entity, row) for row in landed]
    rejected = [replace(one, set_aside=()) for one in judged if one.reason]
    return rejected + _deduplicated(entity, [one for one in judged if one.reason is None])


def _judged(company: Company, entity: Entity, landed: Row) -> JudgedRow:
    row = _read(company, entity, landed)
    faults = tuple(
        (name, "unparseable") for name in (row.get("set_aside") or "").split(",") if name
    )
    faults += tuple(_value_faults(entity, row, company.vars))
    row |= {column: None for column, _ in faults if column in entity.types}
    reason = rejection_reason(entity, row, company.vars)
    return JudgedRow(row, "quarantined" if reason else "accepted", reason, faults)


def _read(company: Company, entity: Entity, landed: Row) -> Row:
    """Read a row: dates without a time begin where the company is, words are folded."""
    row = dict(landed)
    for column in (row.get("bare_dates") or "").split(","):
        if row.get(column) is not None:
            row[column] = to_utc(row[column].date(), time(0), company.zone)
    return row | {column: row[column].lower() for column in entity.folded if row[column]}


def _value_faults(entity: Entity, row: Row, variables: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Find the values that are not believed, in columns that a row can do without."""
    for column in entity.types:
        if not entity.is_needed(column) and _is_too_early(row[column], variables):
            yield column, "before_earliest_date"
    if entity.name == "support_tickets" and row["csat_score"] is not None:
        reason = _score_reason(row["csat_score"], variables["survey_scales"]["csat"])
        if reason:
            yield "csat_score", reason


def _is_too_early(value: Any, variables: dict[str, Any]) -> bool:
    earliest = date.fromisoformat(variables["earliest_date"])
    if isinstance(value, datetime):
        return value < datetime.combine(earliest, time(0))
    return isinstance(value, date) and value < earliest


def _deduplicated(entity: Entity, sound: Iterable[JudgedRow]) -> list[JudgedRow]:
    """Sort sound rows into those that count, their repeats, and versions that a later one beats.

    Of rows of one system, key and version the one later in its source counts, of rows without
    versions the first that came; the others are repeats where they say the same.
    """
    repeats: dict[tuple[Any, ...], list[JudgedRow]] = defaultdict(list)
    for one in sound:
        names = ("source_system", *entity.identity)
        repeats[tuple(one.row[name] for name in names)].append(one)
    settled: list[JudgedRow] = []
    versions: dict[tuple[Any, ...], list[JudgedRow]] = defaultdict(list)
    for same in repeats.values():
        counting = max(same, key=_place) if entity.version else min(same, key=_arrival)
        content = _content(entity, counting)
        settled += [
            replace(one, outcome="duplicate" if _content(entity, one) == content else "conflicting")
            for one in same
            if one is not counting
        ]
        names = ("source_system", *entity.key)
        versions[tuple(counting.row[name] for name in names)].append(counting)
    for history in versions.values():
        latest = max(history, key=lambda one: one.row[entity.version or entity.key[0]])
        settled += [
            replace(one, outcome="accepted" if one is latest else "superseded") for one in history
        ]
    return settled


def _arrival(one: JudgedRow) -> tuple[int, int]:
    return one.row["load_id"], one.row["landing_row"]


def _place(one: JudgedRow) -> tuple[bool, int, int, int]:
    """Give the place of a row in its source: its own number before the order in which it came."""
    return place_in_source(one.row)


def place_in_source(row: Row) -> tuple[bool, int, int, int]:
    """Give what orders rows of one instant: the source's own number, then load and place in it."""
    number = row.get("source_order")
    return number is not None, number or 0, row["load_id"], row["landing_row"]


def _content(entity: Entity, one: JudgedRow) -> tuple[Any, ...]:
    """Give all that a row says, as texts: a number that is none equals itself."""
    texts = [str(one.row[name]) for name in entity.types]
    return (*texts, bool(entity.version and one.row.get("is_deleted")))


def rejection_reason(entity: Entity, row: Row, variables: dict[str, Any]) -> str | None:
    """Give the first reason to quarantine a row, judged by itself alone; None for a sound row."""
    if row.get("parse_error") is not None:
        return f"unparseable_{row['parse_error']}"
    for column in entity.required:
        if row.get(column) is None:
            return f"missing_{column}"
    received_at = row.get("received_at")
    if received_at is not None and row[entity.event_time] > received_at + CLOCK_TOLERANCE:
        return f"{entity.event_time}_in_future"
    for column in entity.types:
        if entity.is_needed(column) and _is_too_early(row[column], variables):
            return f"{column}_before_earliest_date"
    return _entity_reason(entity.name, row, variables["survey_scales"])


def _entity_reason(name: str, row: Row, scales: dict[str, dict[str, float]]) -> str | None:
    if name in ("survey_responses", "survey_invitations") and row["survey_kind"] not in scales:
        return "unknown_survey_kind"
    if name == "survey_responses":
        reason = _score_reason(row["score"], scales[row["survey_kind"]])
        return f"score_{reason}" if reason else None
    if name == "crm_subscriptions":
        if row["ended_at"] is not None and row["ended_at"] < row["started_at"]:
            return "ended_before_started"
        if row["mrr"] > HIGHEST_MRR:
            return "mrr_out_of_range"
        return "negative_mrr" if row["mrr"] < 0 else None
    return None


def _score_reason(score: float, scale: dict[str, float]) -> str | None:
    if isfinite(score) and score != int(score):
        return "not_whole"
    if not scale["lowest"] <= score <= scale["highest"]:
        return "out_of_range"
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


def values_set_aside(outcomes: dict[str, list[JudgedRow]]) -> list[Row]:
    """Count the values that were set aside, by column and reason."""
    loads: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for entity, judged in outcomes.items():
        for one in judged:
            for column, reason in one.set_aside:
                loads[entity, column, reason].append(one.row["load_id"])
    return [
        {
            "entity": entity,
            "column_name": column,
            "reason": reason,
            "value_count": len(ids),
            "last_load_id": max(ids),
        }
        for (entity, column, reason), ids in loads.items()
    ]


def as_of_dates(company: Company) -> dict[str, date | None]:
    """Give the last complete date of each family of metrics, None without a heartbeat.

    The heartbeat of an entity's source system is the greatest of its loads; one without any holds
    nothing back.
    """
    families: dict[str, list[str]] = defaultdict(list)
    for row in company.seed("metric_families"):
        families[row["family"]].append(row["entity"])
    return {family: _as_of_date(company, entities) for family, entities in families.items()}


def _as_of_date(company: Company, entities: Iterable[str]) -> date | None:
    if company.vars["as_of_date"] is not None:
        fixed = company.vars["as_of_date"]
        return date.fromisoformat(fixed) if isinstance(fixed, str) else fixed
    heartbeats = [beat for entity in entities for beat in heartbeats_of(company, entity)]
    # The date on which a heartbeat falls is not over: the one before is the last that is.
    return local_date(min(heartbeats), company.zone) - ONE_DAY if heartbeats else None


def heartbeats_of(company: Company, entity: str) -> list[datetime]:
    """Give the last heartbeat of each source system that brought rows of an entity."""
    beats: dict[str, list[datetime]] = defaultdict(list)
    for load in company.loads:
        counts = load["entity"] == entity and load.get("undone_at") is None
        if counts and load["complete_until"] is not None:
            beats[load["source_system"]].append(_heartbeat(load, company))
    return [max(found) for found in beats.values()]


def _heartbeat(load: Row, company: Company) -> datetime:
    """Give until when a load says that its source is whole; a date alone is one of the company."""
    until: datetime = load["complete_until"]
    if "complete_until" in (load.get("bare_dates") or "").split(","):
        return to_utc(until.date(), time(0), company.zone)
    return until
