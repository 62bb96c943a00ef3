"""What an account was on any date: plan, segments, ARR, and what it was entitled to.

Choices: among trials the order is that of paid subscriptions. A subscription's start and end count
by local date. An account that the CRM does not describe has nothing to backfill.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from .company import Company, Row
from .dates import ONE_DAY, local_date
from .staging import JudgedRow, accepted, history

SEGMENTS = ("plan", "size_segment", "industry", "region")
BEGINNING = date(1900, 1, 1)


class AccountDay(NamedTuple):
    """An account on one date; arr is None for an account that nobody knows."""

    plan: str
    size_segment: str
    industry: str
    region: str
    arr: float | None
    is_backfilled: bool
    is_deleted: bool = False


NOBODY = AccountDay("none", "unknown", "unknown", "unknown", None, is_backfilled=False)


def _or_unknown(value: str | None) -> str:
    return "unknown" if value is None else value


def merged(said: Mapping[str, Row], order: Sequence[str]) -> Row:
    """Give one row of what several systems say: each column of the first system that has it."""
    rank = {system: place for place, system in enumerate(order)}
    systems = sorted(said, key=lambda system: (rank.get(system, len(rank)), system))
    row: Row = {}
    for system in systems:
        row |= {name: value for name, value in said[system].items() if row.get(name) is None}
    return row


class Accounts:
    """Answers what an account was on a date."""

    def __init__(self, company: Company, outcomes: dict[str, list[JudgedRow]]) -> None:
        """Take the settled rows of a company. Raises ValueError for a currency without a rate."""
        self._zone = company.zone
        self._system_order = company.vars["system_order"]
        self._versions = history(outcomes["crm_accounts"])
        self._subscriptions = accepted(outcomes["crm_subscriptions"])
        rates = {
            row["currency"]: float(row["rate_to_reporting"])
            for row in company.seed("currency_rates")
        }
        for subscription in self._subscriptions:
            if subscription["currency"] not in rates:
                message = f"no rate for currency {subscription['currency']!r} in currency_rates"
                raise ValueError(message)
        self._rates = rates
        self._memory: dict[tuple[str | None, date], AccountDay] = {}

    @property
    def known(self) -> list[str]:
        """The accounts that the CRM knows, by themselves or by a subscription."""
        return sorted({row["account_id"] for row in self._versions + self._subscriptions})

    def on(self, account: str | None, day: date) -> AccountDay:
        """Give what an account was on a date."""
        if (account, day) not in self._memory:
            self._memory[account, day] = self._look_up(account, day)
        return self._memory[account, day]

    def _look_up(self, account: str | None, day: date) -> AccountDay:
        if account is None or account not in self.known:
            return NOBODY
        version, is_backfilled = self.version_on(account, day)
        active = self._active(account, day)
        paid = [subscription for subscription in active if not subscription["is_trial"]]
        return AccountDay(
            plan=self._plan(paid or active),
            size_segment=_or_unknown(version.get("size_segment")),
            industry=_or_unknown(version.get("industry")),
            region=_or_unknown(version.get("region")),
            arr=12 * sum((self._mrr(subscription) for subscription in paid), 0.0),
            is_backfilled=is_backfilled,
            is_deleted=bool(version.get("is_deleted")),
        )

    def version_on(self, account: str, day: date) -> tuple[Row, bool]:
        """Give what the systems say of an account on a date, the first that knows it first."""
        by_system: dict[str, list[Row]] = {}
        for row in sorted(self._versions, key=lambda row: row["updated_at"]):
            if row["account_id"] == account:
                by_system.setdefault(row["source_system"], []).append(row)
        said, begun_somewhere = {}, False
        for system, versions in by_system.items():
            begun = [row for row in versions if local_date(row["updated_at"], self._zone) <= day]
            begun_somewhere |= bool(begun)
            said[system] = begun[-1] if begun else versions[0]
        return merged(said, self._system_order), bool(said) and not begun_somewhere

    def _active(self, account: str, day: date) -> list[Row]:
        return [
            row
            for row in self._subscriptions
            if row["account_id"] == account
            and local_date(row["started_at"], self._zone) <= day
            and (self._end(row) is None or day < local_date(self._end(row), self._zone))
        ]

    def _end(self, row: Row) -> Any:
        """Give when a term ends: what the source deleted ends then."""
        ends = [row["ended_at"], row["updated_at"] if row["is_deleted"] else None]
        return min((end for end in ends if end is not None), default=None)

    def _mrr(self, subscription: Row) -> float:
        return float(subscription["mrr"]) * self._rates[subscription["currency"]]

    def _plan(self, subscriptions: Iterable[Row]) -> str:
        """Give the plan of the highest MRR, then the latest start, then the smallest id.

        Equal ids of two systems are two subscriptions: there the first system by name.
        """
        by_id = sorted(
            subscriptions, key=lambda row: (row["subscription_id"], row["source_system"])
        )
        if not by_id:
            return "none"
        best = max(by_id, key=lambda row: (self._mrr(row), row["started_at"]))
        return str(best["plan"])

    def is_entitled(self, account: str | None, plans: list[str], day: date) -> bool:
        """Tell whether an account may use what these plans include; no plans means everybody."""
        if not plans:
            return True
        if account is None:
            return False
        return any(row["plan"] in plans for row in self._active(account, day))

    def history(self) -> list[Row]:
        """Give every known account on every date around which any account changed."""
        changes = {BEGINNING}
        for row in self._versions + self._subscriptions:
            for column in ("updated_at", "started_at", "ended_at"):
                if row.get(column) is not None:
                    day = local_date(row[column], self._zone)
                    changes |= {day - ONE_DAY, day, day + ONE_DAY}
        return [
            {"account_id": account, "date_day": day} | self.on(account, day)._asdict()
            for account in self.known
            for day in sorted(changes)
        ]
