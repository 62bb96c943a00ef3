"""Support by date, account and feature: backlog, waiting times, contact rates.

Choices: a ticket created at the very moment as_of_date ends belongs to the next date and is left
out of waiting times; a reply at that moment still counts. A date is complete where it is
for support and for usage; where usage was never landed, for support alone. Off the usage spine the
people of an account or feature are unknown (NULL), as the product's are. Tickets about a feature
that the seed does not know are in no row by feature.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from .activity import World
from .adoption import adopters
from .business import BusinessHours
from .company import Row
from .dates import end_of, in_window, is_complete, spine, window_start
from .numbers import kaplan_meier, quantile, ratio
from .support import Story, Ticket, tickets

PER_HUNDRED = 100


class Wait(NamedTuple):
    """How long a ticket waited, elapsed and in business minutes, and whether it was for nothing."""

    created_date: date
    minutes: float
    business_minutes: float
    is_over: bool


def support_marts(world: World) -> dict[str, list[Row]]:
    """Give the daily marts of support."""
    found = tickets(world)
    days = _spine(world, found)
    return {
        "support_daily": _support_daily(world, found, days),
        "support_account_daily": _support_account_daily(world, found, days),
        "support_feature_daily": _support_feature_daily(world, found, days),
    }


def _created(world: World, ticket: Ticket) -> date:
    return world.local(ticket.row["created_at"])


def _spine(world: World, found: Sequence[Ticket]) -> list[date]:
    created = [_created(world, ticket) for ticket in found]
    stories = [ticket.story for ticket in found]
    changed = [world.local(moment) for one in stories for moment in _changes_of(one)]
    last = max(created + changed, default=None)
    return spine(min(created, default=None), last, world.as_of.get("support"))


def _changes_of(story: Story) -> list[datetime]:
    last = [story.last.moment] if story.last else []
    return story.solves + story.reopens + story.removals + last


def _is_complete(world: World, day: date) -> bool:
    usage = world.as_of.get("usage")
    return is_complete(day, world.as_of.get("support")) and (usage is None or day <= usage)


def _support_daily(world: World, found: Sequence[Ticket], days: Sequence[date]) -> list[Row]:
    waits = {
        "first_reply": _reply_waits(world, found),
        "resolution": _resolution_waits(world, found),
    }
    rows = []
    for day in days:
        within = [one for one in found if in_window(_created(world, one), day, world.window)]
        mau = len({one.person for one in world.trailing(day)}) if day in world.spine else None
        solved = [one for one in within if one.story.solves]
        reopened = [one for one in solved if one.story.is_reopened]
        removed = [one for one in within if one.story.removed_at]
        rows.append(
            {
                "date_day": day,
                **_changes(world, found, day),
                "tickets_created_28d": len(within),
                "mau": mau,
                "contact_rate": ratio(PER_HUNDRED * len(within), mau),
                **_quantiles(world, waits, day),
                "reopened_tickets_28d": len(reopened),
                "solved_tickets_28d": len(solved),
                "reopen_rate": ratio(len(reopened), len(solved)),
                "removed_tickets_28d": len(removed),
                "has_full_window": window_start(day, world.window) >= days[0],
                "is_complete": _is_complete(world, day),
            }
        )
    return rows


def _changes(world: World, found: Sequence[Ticket], day: date) -> Row:
    """Count what happened on a date, and the tickets open at its end."""
    over = end_of(day, world.company.zone)
    solves = [moment for ticket in found for moment in ticket.story.solves]
    reopens = [moment for ticket in found for moment in ticket.story.reopens]
    removals = [moment for ticket in found for moment in ticket.story.removals]
    return {
        "tickets_created": sum(1 for ticket in found if _created(world, ticket) == day),
        "tickets_solved": sum(1 for moment in solves if world.local(moment) == day),
        "tickets_reopened": sum(1 for moment in reopens if world.local(moment) == day),
        "tickets_removed": sum(1 for moment in removals if world.local(moment) == day),
        "backlog": sum(1 for ticket in found if _is_open_at(ticket, over)),
    }


def _is_open_at(ticket: Ticket, end: datetime) -> bool:
    story = ticket.story
    ends = [moment for moment in story.solves + story.removals if moment < end]
    reopens = [moment for moment in story.reopens if moment < end]
    return ticket.row["created_at"] < end and len(ends) == len(reopens)


def _reply_waits(world: World, found: Sequence[Ticket]) -> list[Wait]:
    return _waits(world, found, lambda one: (one.story.first_reply_at, one.story.resolved_at))


def _resolution_waits(world: World, found: Sequence[Ticket]) -> list[Wait]:
    return _waits(world, found, lambda one: (one.story.resolved_at, None))


def _waits(
    world: World,
    found: Sequence[Ticket],
    ends: Callable[[Ticket], tuple[datetime | None, datetime | None]],
) -> list[Wait]:
    """Give how long each ticket waited; `ends` gives when it was over, or else given up."""
    as_of = world.as_of.get("support")
    if as_of is None:
        return []
    hours, last = BusinessHours(world.company), end_of(as_of, world.company.zone)
    waits = []
    for ticket in found:
        created_at = ticket.row["created_at"]
        over_at, given_up_at = ends(ticket)
        if created_at >= last or ticket.story.removed_at:
            continue
        end = min(over_at or given_up_at or last, last)
        waits.append(
            Wait(
                created_date=_created(world, ticket),
                minutes=(end - created_at).total_seconds() / 60,
                business_minutes=hours.minutes(created_at, end),
                is_over=over_at is not None and over_at <= last,
            )
        )
    return waits


def _quantiles(world: World, waits: dict[str, list[Wait]], day: date) -> Row:
    row: Row = {}
    for name, of_all in waits.items():
        within = [wait for wait in of_all if in_window(wait.created_date, day, world.window)]
        elapsed = kaplan_meier([(wait.minutes, wait.is_over) for wait in within])
        business = kaplan_meier([(wait.business_minutes, wait.is_over) for wait in within])
        row[f"median_{name}_minutes"] = quantile(elapsed, 0.5)
        row[f"p90_{name}_minutes"] = quantile(elapsed, 0.9)
        row[f"median_{name}_business_minutes"] = quantile(business, 0.5)
        row[f"p90_{name}_business_minutes"] = quantile(business, 0.9)
    return row


def _support_account_daily(
    world: World, found: Sequence[Ticket], days: Sequence[date]
) -> list[Row]:
    rows = []
    for day in days:
        asked = Counter(
            one.account for one in found if in_window(_created(world, one), day, world.window)
        )
        people: dict[str | None, set[str]] = {}
        for one in world.trailing(day) if day in world.spine else []:
            people.setdefault(one.account, set()).add(one.person)
        for account in sorted({one for one in {*asked, *people} if one is not None}):
            mau = len(people.get(account, ())) if day in world.spine else None
            rows.append(
                {
                    "date_day": day,
                    "account_id": account,
                    "tickets_created_28d": asked[account],
                    "mau": mau,
                    "contact_rate": ratio(PER_HUNDRED * asked[account], mau),
                    "is_complete": _is_complete(world, day),
                }
            )
    return rows


def _support_feature_daily(
    world: World, found: Sequence[Ticket], days: Sequence[date]
) -> list[Row]:
    rows = []
    for day in days:
        within = [one for one in found if in_window(_created(world, one), day, world.window)]
        asked = Counter(one.row["feature_key"] for one in within)
        for feature in world.features:
            people = None
            if day in world.spine:
                people = len(adopters(feature, world.trailing(day), "person")[1])
            rows.append(
                {
                    "date_day": day,
                    "feature_key": feature.key,
                    "tickets_created_28d": asked[feature.key],
                    "adopted_people": people,
                    "contact_rate": ratio(PER_HUNDRED * asked[feature.key], people),
                    "is_complete": _is_complete(world, day),
                }
            )
    return rows
