"""Sessions: events of an actor with gaps of at most 30 minutes, cut at every full 24 hours.

Choices: the account of an event plays no part here; an actor is left out by itself (bots) or by its
person. A piece that is cut off lasts its full 24 hours, the last one to the last event. Sessions
that begin outside the usage spine are in no row.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .activity import World
from .company import Row
from .dates import is_complete
from .numbers import median, ratio

LONGEST_GAP = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=24)


class Session(NamedTuple):
    """One session of one person."""

    person: str
    started_at: datetime
    ended_at: datetime

    @property
    def minutes(self) -> float:
        """Minutes from the first to the last moment."""
        return (self.ended_at - self.started_at).total_seconds() / 60


def runs(moments: list[datetime]) -> list[tuple[datetime, datetime]]:
    """Join moments with gaps of at most 30 minutes into runs of first and last moment."""
    found: list[tuple[datetime, datetime]] = []
    for moment in sorted(moments):
        if found and moment - found[-1][1] <= LONGEST_GAP:
            found[-1] = (found[-1][0], moment)
        else:
            found.append((moment, moment))
    return found


def pieces(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Cut a run at every full 24 hours from its start."""
    found = []
    while end - start >= LONGEST_SESSION:
        found.append((start, start + LONGEST_SESSION))
        start += LONGEST_SESSION
    return [*found, (start, end)]


def sessions(world: World) -> list[Session]:
    """Give the sessions of all actors that are not excluded, from all accepted events."""
    moments: dict[str, list[datetime]] = defaultdict(list)
    for event in world.rows("usage_events"):
        if not world.people.is_excluded_actor(event["actor_id"]):
            moments[event["actor_id"]].append(event["occurred_at"])
    return [
        Session(world.people.person_of(actor), start, end)
        for actor, of_actor in moments.items()
        for run in runs(of_actor)
        for start, end in pieces(*run)
    ]


def usage_sessions_daily(world: World) -> list[Row]:
    """Count sessions, and how long they took, by the date on which they began."""
    by_day: dict[date, list[Session]] = defaultdict(list)
    for session in sessions(world):
        by_day[world.local(session.started_at)].append(session)
    rows = []
    for day in world.spine:
        minutes = [session.minutes for session in by_day[day]]
        rows.append(
            {
                "date_day": day,
                "sessions": len(minutes),
                "people_with_sessions": len({session.person for session in by_day[day]}),
                "session_minutes": sum(minutes),
                "mean_session_minutes": ratio(sum(minutes), len(minutes)),
                "median_session_minutes": median(minutes),
                "is_complete": is_complete(day, world.as_of.get("usage")),
            }
        )
    return rows
