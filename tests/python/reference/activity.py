"""What people did: the activity that every usage and adoption number counts, and the spine."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from .accounts import SEGMENTS, AccountDay, Accounts
from .company import Company, Row, seed_flag
from .dates import in_window, local_date, spine, window_start
from .features import Feature, features
from .identity import People
from .staging import JudgedRow, accepted, as_of_dates, quarantine, settle_all

SEGMENT_TYPES = (*SEGMENTS, "platform")


class Activity(NamedTuple):
    """One qualifying event of somebody who counts, with what its account was on that date.

    `eligible` are the features that had been launched and that the account was entitled to.
    """

    person: str
    account: str | None
    feature: str | None
    platform: str
    day: date
    occurred_at: datetime
    segments: AccountDay
    eligible: frozenset[str]

    def segment(self, segment_type: str) -> str:
        """Give the value of a segment on the date of the activity."""
        if segment_type == "platform":
            return self.platform
        return str(getattr(self.segments, segment_type))


@dataclass(frozen=True)
class World:
    """A company with everything resolved that several marts need."""

    company: Company
    outcomes: dict[str, list[JudgedRow]]
    people: People
    accounts: Accounts
    as_of: dict[str, date | None]

    def rows(self, entity: str) -> list[Row]:
        """Give the accepted rows of an entity."""
        return accepted(self.outcomes[entity])

    def local(self, moment: datetime) -> date:
        """Give the reporting date of a moment."""
        return local_date(moment, self.company.zone)

    @cached_property
    def window(self) -> int:
        """The usual trailing window, in days."""
        return int(self.company.vars["window_days"])

    @cached_property
    def activity(self) -> list[Activity]:
        """All qualifying, accepted events of people who are not excluded."""
        catalogue = {row["event_name"]: row for row in self.company.seed("event_catalogue")}
        found = []
        for event in self.rows("usage_events"):
            entry = catalogue.get(event["event_name"])
            person = self.people.person_of(event["actor_id"])
            account = self.people.account_of(event["account_id"], person)
            if self.people.is_excluded_actor(event["actor_id"]):
                continue
            if self.people.is_excluded(person, account):
                continue
            if entry is not None and not seed_flag(entry["is_qualifying"]):
                continue
            day = self.local(event["occurred_at"])
            feature = (entry["feature_key"] or None) if entry else None
            found.append(
                Activity(
                    person=person,
                    account=account,
                    feature=feature,
                    platform=event["platform"] or "unknown",
                    day=day,
                    occurred_at=event["occurred_at"],
                    segments=self.accounts.on(account, day),
                    eligible=self._eligible(account, day),
                )
            )
        return found

    @cached_property
    def features(self) -> list[Feature]:
        """The features of the seed."""
        return features(self.company)

    def _eligible(self, account: str | None, day: date) -> frozenset[str]:
        return frozenset(
            feature.key
            for feature in self.features
            if feature.is_launched(day) and self.accounts.is_entitled(account, feature.plans, day)
        )

    def counted_uses(self, feature: Feature) -> list[Activity]:
        """Give the uses of a feature that count: after its launch, by an account entitled to it."""
        return [
            one
            for one in self.activity
            if one.feature == feature.key and feature.key in one.eligible
        ]

    @cached_property
    def first_day(self) -> date | None:
        """The first date with activity; None where there is none."""
        return min((one.day for one in self.activity), default=None)

    @cached_property
    def last_day(self) -> date | None:
        """The last date of the usage spine; None where there is no activity."""
        return self.spine[-1] if self.spine else None

    @cached_property
    def spine(self) -> list[date]:
        """The dates of the usage and adoption marts."""
        last = max((one.day for one in self.activity), default=None)
        return spine(self.first_day, last, self.as_of.get("usage"))

    @cached_property
    def active_dates(self) -> dict[str, set[date]]:
        """The dates on which each person was active."""
        dates: dict[str, set[date]] = {}
        for one in self.activity:
            dates.setdefault(one.person, set()).add(one.day)
        return dates

    def has_full_window(self, day: date) -> bool:
        """Tell whether the usual window that ends on a date lies within the data."""
        return self.first_day is not None and window_start(day, self.window) >= self.first_day

    def trailing(self, day: date) -> list[Activity]:
        """Give the activity of the usual window that ends on a date."""
        if day not in self._trailing:
            length = self.window
            self._trailing[day] = [one for one in self.activity if in_window(one.day, day, length)]
        return self._trailing[day]

    @cached_property
    def _trailing(self) -> dict[date, list[Activity]]:
        return {}


def resolve(company: Company) -> World:
    """Settle every row of a company, then find out who is who.

    Choice: links to nobody and those that form a cycle are quarantined after deduplication, so that
    a repeat of one is still a duplicate. Where a link closes a cycle, the actor's next one does not
    step in; where it leads to nobody, it does.
    """
    outcomes = settle_all(company)
    people = People(company, outcomes)
    for links, reason in (
        (people.identity.cyclic_links(), "identity_cycle"),
        (people.identity.to_nobody, "placeholder_person"),
    ):
        outcomes["usage_identities"] = quarantine(outcomes["usage_identities"], links, reason)
    return World(company, outcomes, people, Accounts(company, outcomes), as_of_dates(company))
