"""What became of the data: rows by outcome, reasons of rejection, freshness of sources."""

from collections import defaultdict

from .activity import World
from .company import Row
from .staging import accounting, heartbeats_of, values_set_aside


def trust_row_outcomes(world: World) -> list[Row]:
    """Count raw rows and outcomes per entity and load."""
    return accounting(world.outcomes)


def trust_rejection_reasons(world: World) -> list[Row]:
    """Count quarantined rows per entity and reason, with the last load that brought one."""
    loads: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entity, judged in world.outcomes.items():
        for one in judged:
            if one.outcome == "quarantined" and one.reason is not None:
                loads[entity, one.reason].append(one.row["load_id"])
    return [
        {
            "entity": entity,
            "rejection_reason": reason,
            "quarantined_rows": len(ids),
            "last_load_id": max(ids),
        }
        for (entity, reason), ids in loads.items()
    ]


def trust_values_set_aside(world: World) -> list[Row]:
    """Count values set aside per entity, column and reason, with the last load that brought one."""
    return values_set_aside(world.outcomes)


def trust_freshness(world: World) -> list[Row]:
    """Give the last heartbeat and load of each entity that a family of metrics waits for."""
    return [
        {
            "family": row["family"],
            "entity": row["entity"],
            "complete_until_at": min(heartbeats_of(world.company, row["entity"]), default=None),
            "last_load_id": max((one["load_id"] for one in loads), default=None),
            "as_of_date": world.as_of.get(row["family"]),
        }
        for row in world.company.seed("metric_families")
        for loads in [
            [
                one
                for one in world.company.loads
                if one["entity"] == row["entity"] and one["undone_at"] is None
            ]
        ]
    ]
