"""What was planted, counted on the planted numbers themselves, to be found again in the marts.

Definitions follow the warehouse's: trailing windows that include their date, people resolved by
their links, excluded people left out. Dates are UTC. Nothing here reads the landed files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.identity import excluded_by_name, resolve
from product_health.demo.rows import CODE, landed, outcomes
from product_health.demo.subscriptions import landed_terms, plan_masks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.events import World
    from product_health.demo.params import Bools, Ints
    from product_health.demo.rows import Rows

WINDOW = 28


@dataclass(frozen=True)
class Known:
    """What the warehouse can know after the loads: people, accounts, plans, exclusions.

    person is the person of each actor; account that of each actor number as a person, -1: none.
    """

    world: World
    loads: int
    as_of_day: int
    person: Ints
    in_cycle: Bools
    account: Ints
    is_person_known: Bools
    is_excluded_person: Bools
    is_excluded_actor: Bools
    masks: NDArray[np.uint8]

    def is_excluded_account(self, account: Ints) -> Bools:
        """Whether accounts are excluded by a rule."""
        return np.asarray(account >= self.world.accounts.customers)


def make_known(world: World, tables: dict[str, Rows], loads: int) -> Known:
    """Put together what so many loads tell."""
    parameters, actors = world.parameters, world.actors
    person, in_cycle = resolve(parameters, actors, tables["usage_identities"], loads)
    present = landed(tables["usage_people"], parameters, loads)
    rows = present.take(outcomes(present) == 0)
    account = np.full(len(actors), -1, dtype=np.int64)
    account[rows.columns["person"]] = rows.columns["account"]
    is_known = np.zeros(len(actors), dtype=bool)
    is_known[rows.columns["person"]] = True
    is_internal = np.zeros(len(actors), dtype=bool)
    is_internal[rows.columns["person"]] = rows.columns["is_internal"]
    terms = landed_terms(parameters, tables["crm_subscriptions"], loads)
    end = int(parameters.load_ends()[loads - 1])
    return Known(
        world=world,
        loads=loads,
        as_of_day=(end - parameters.start_us) // 86_400_000_000 - 1,
        person=person,
        in_cycle=in_cycle,
        account=account,
        is_person_known=is_known,
        is_excluded_person=is_internal | (account >= world.accounts.customers),
        is_excluded_actor=excluded_by_name(actors),
        masks=plan_masks(parameters, world.accounts, terms.columns),
    )


@dataclass
class UsageTruth:
    """Adds up accepted events, a stretch of days at a time."""

    known: Known
    person_days: list[Ints] = field(default_factory=list)
    account_days: list[Ints] = field(default_factory=list)
    window: list[tuple[Ints, Ints, Ints, Ints]] = field(default_factory=list)
    unknown_events: dict[str, int] = field(default_factory=dict)
    accounts_without_crm: set[int] = field(default_factory=set)
    before_launch: int = 0
    without_entitlement: int = 0
    anonymous_events: int = 0

    @property
    def days(self) -> int:
        """Days that are told apart, some after the last one included."""
        return self.known.world.parameters.days + 5

    def add(self, rows: Rows) -> None:
        """Count the rows of a stretch."""
        known, world = self.known, self.known.world
        kinds = np.array([CODE["sound"], CODE["same_id_other_time"]])
        accepted = np.isin(rows.kind, kinds)
        accepted &= world.parameters.loads_of(rows.received) < known.loads
        rows = rows.take(accepted)
        name = rows.columns["name"].astype(np.int64)
        self._count_unknown(name)
        actor = rows.columns["actor"].astype(np.int64)
        person = known.person[actor]
        own = rows.columns["account"].astype(np.int64)
        account = np.where(own >= 0, own, known.account[person])
        counts = world.names.qualifies[name] & ~known.is_excluded_actor[actor]
        counts &= ~known.is_excluded_person[person] & ~known.is_excluded_account(account)
        self.anonymous_events += int((counts & (actor >= len(world.actors.people))).sum())
        day = world.parameters.days_of(rows.event)[counts]
        person, account, name = person[counts], account[counts], name[counts]
        feature = world.names.feature[name]
        self.person_days.append(np.unique(person * self.days + day))
        has_account = account >= 0
        self.account_days.append(np.unique(account[has_account] * self.days + day[has_account]))
        self._count_unentitled(account, day, feature)
        within = (day > known.as_of_day - WINDOW) & (day <= known.as_of_day)
        self.window.append((person[within], account[within], feature[within], day[within]))

    def _count_unknown(self, name: Ints) -> None:
        names = self.known.world.names.names
        first = len(names) - 3
        seen = np.bincount(name, minlength=len(names))
        for index in range(first, len(names)):
            before = self.unknown_events.get(names[index], 0)
            self.unknown_events[names[index]] = before + int(seen[index])

    def _count_unentitled(self, account: Ints, day: Ints, feature: Ints) -> None:
        world = self.known.world
        index = np.maximum(feature, 0)
        launched = world.launched(day, index)
        self.before_launch += int(((feature >= 0) & ~launched).sum())
        entitled = entitlement(self.known, account, day, index)
        self.without_entitlement += int(((feature >= 0) & ~entitled).sum())

    def usage(self) -> dict[str, object]:
        """Active people and accounts on the last complete date, and people on every date."""
        as_of = self.known.as_of_day
        person, day = self._split(self.person_days)
        account, account_day = self._split(self.account_days)
        daily = np.bincount(day, minlength=self.days)
        parameters = self.known.world.parameters
        month = _window_count(person, day, as_of, WINDOW)
        person_days = int(daily[max(as_of - WINDOW + 1, 0) : as_of + 1].sum())
        return {
            "dau": int(daily[as_of]),
            "wau": _window_count(person, day, as_of, 7),
            "mau": month,
            "daily_active_accounts": _window_count(account, account_day, as_of, 1),
            "weekly_active_accounts": _window_count(account, account_day, as_of, 7),
            "monthly_active_accounts": _window_count(account, account_day, as_of, WINDOW),
            "person_days_28d": person_days,
            "dau_mau_ratio": ratio(int(daily[as_of]), month),
            "stickiness": ratio(person_days, WINDOW * month),
            "dau_by_date": {
                (parameters.start + timedelta(days=number)).isoformat(): int(daily[number])
                for number in range(as_of + 1)
            },
            "people_ever_active": len(np.unique(person)),
            "anonymous_events_resolved_or_not": self.anonymous_events,
            "unknown_events": self.unknown_events,
        }

    def _split(self, parts: list[Ints]) -> tuple[Ints, Ints]:
        keys = np.unique(np.concatenate(parts))
        return keys // self.days, keys % self.days

    def _window(self) -> tuple[Ints, Ints, Ints, Ints]:
        person, account, feature, day = (
            np.concatenate(part) for part in zip(*self.window, strict=True)
        )
        return person, account, feature, day

    def overall(self) -> dict[str, object]:
        """Return breadth and overall adoption of the core features on the last complete date."""
        person, account, feature, day = self._window()
        size = len(self.known.person)
        eligible, used = np.zeros(size), np.zeros(size)
        for index, item in enumerate(self.known.world.parameters.product.features):
            if not item.is_core:
                continue
            number = np.full(len(day), index, dtype=np.int64)
            may = self.known.world.launched(day, number)
            may &= entitlement(self.known, account, day, number)
            eligible[np.unique(person[may])] += 1
            uses = np.bincount(person[may & (feature == index)], minlength=size)
            used += uses >= item.min_uses
        month, some = len(np.unique(person)), eligible > 0
        return {
            "core_features_used": int(used.sum()),
            "breadth": ratio(float(used.sum()), month),
            "people_with_core_features": int(some.sum()),
            "overall_adoption": ratio(float((used[some] / eligible[some]).sum()), int(some.sum())),
        }

    def features(self) -> dict[str, dict[str, object]]:
        """Adoption of every feature on the last complete date."""
        person, account, feature, day = self._window()
        return {
            item.key: self._feature(index, person, account, feature, day)
            for index, item in enumerate(self.known.world.parameters.product.features)
        }

    def _feature(
        self, index: int, person: Ints, account: Ints, feature: Ints, day: Ints
    ) -> dict[str, object]:
        item = self.known.world.parameters.product.features[index]
        number = np.full(len(day), index, dtype=np.int64)
        may = self.known.world.launched(day, number)
        is_entitled = entitlement(self.known, account, day, number)
        may &= is_entitled
        uses = (feature == index) & may
        eligible, adopted = _adopters(person[may], person[uses], item.min_uses)
        in_account = account >= 0
        accounts = _adopters(account[may & in_account], account[uses & in_account], item.min_uses)
        return {
            "launched_on": item.launched_on.isoformat() if item.launched_on else None,
            "eligible_people": eligible,
            "adopted_people": adopted,
            "adoption_rate": ratio(adopted, eligible),
            "eligible_accounts": accounts[0],
            "adopted_accounts": accounts[1],
            "account_adoption_rate": ratio(accounts[1], accounts[0]),
            "uses_without_entitlement": int(((feature == index) & ~may).sum()),
        }


def entitlement(known: Known, account: Ints, day: Ints, feature: Ints) -> Bools:
    """Whether the landed subscriptions include a feature on a day; without plans: everyone."""
    world = known.world
    plans = world.feature_plans[feature]
    has = known.masks[np.maximum(account, 0), np.clip(day, 0, known.masks.shape[1] - 1)]
    return np.asarray((plans == 255) | ((account >= 0) & ((has & plans) > 0)))


def _adopters(eligible: Ints, users: Ints, min_uses: int) -> tuple[int, int]:
    _, uses = np.unique(users, return_counts=True)
    return len(np.unique(eligible)), int((uses >= min_uses).sum())


def _window_count(who: Ints, day: Ints, last: int, days: int) -> int:
    return len(np.unique(who[(day > last - days) & (day <= last)]))


def ratio(part: float, whole: float) -> float | None:
    """Return a part of a whole; None, never 0, where there is no whole."""
    return part / whole if whole else None
