"""What the dimensions of accounts and people should hold, from the reference's resolved company."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from reference import Row, World
from reference.accounts import BEGINNING
from reference.dates import days
from reference.identity import People
from reference.staging import history

FAR_FUTURE = date(9000, 1, 1)
DAILY_MARTS = ("usage_daily", "nps_daily", "support_daily")


def dimensions(world: World, marts: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Give the rows of dim_dates, dim_people and dim_accounts; the daily marts give the dates."""
    seen = {row["date_day"] for mart in DAILY_MARTS for row in marts[mart]}
    return {
        "dim_dates": [_date_row(day) for day in days(min(seen), max(seen))] if seen else [],
        "dim_people": _people(world),
        "dim_accounts": [_account_row(world, account) for account in world.accounts.known],
    }


def _date_row(day: date) -> Row:
    return {
        "date_day": day,
        "week_start": day - timedelta(days=day.isoweekday() - 1),
        "month_start": day.replace(day=1),
        "quarter_start": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "iso_weekday": day.isoweekday(),
        "is_weekend": day.isoweekday() in (6, 7),
    }


def _people(world: World) -> list[Row]:
    actors: dict[str, set[str]] = {}
    for event in world.rows("usage_events"):
        person = world.people.person_of(event["actor_id"])
        actors.setdefault(person, set()).add(event["actor_id"])
    names = sorted(actors.keys() | world.people.known.keys())
    return [_person_row(world, person, actors.get(person, set())) for person in names]


def _person_row(world: World, person: str, actors: Iterable[str]) -> Row:
    known = world.people.known.get(person, {})
    active = world.active_dates.get(person, set())
    return {
        "person_id": person,
        "account_id": known.get("account_id"),
        "role": known.get("role"),
        "created_at": known.get("created_at"),
        "first_active_date": min(active, default=None),
        "last_active_date": max(active, default=None),
        "actors": len(list(actors)),
        "exclusion_rule": _exclusion_rule(world, person, actors),
        "is_known": bool(known),
    }


def _exclusion_rule(world: World, person: str, actors: Iterable[str]) -> str | None:
    """Give the first rule that leaves a person out, or else one of their actors."""
    of_person, of_actors = [], []
    for rule in world.company.seed("exclusion_rules"):
        seeds = {**world.company.seeds, "exclusion_rules": [rule]}
        alone = People(replace(world.company, seeds=seeds), world.outcomes)
        if alone.is_excluded_person(person):
            of_person.append(rule["rule_key"])
        elif any(alone.is_excluded_actor(actor) for actor in actors):
            of_actors.append(rule["rule_key"])
    return min(of_person, default=min(of_actors, default=None))


def _account_row(world: World, account: str) -> Row:
    versions = [
        row for row in history(world.outcomes["crm_accounts"]) if row["account_id"] == account
    ]
    # what held on some date: before all versions, and from each of them on
    dates = [BEGINNING, *(world.local(row["updated_at"]) for row in versions)]
    held = [world.accounts.version_on(account, day)[0] for day in dates] if versions else []
    latest = world.accounts.version_on(account, FAR_FUTURE)[0]
    now = world.accounts.on(account, FAR_FUTURE)
    active = [one.day for one in world.activity if one.account == account]
    return {
        "account_id": account,
        "account_name": latest.get("name"),
        "parent_account_id": latest.get("parent_account_id"),
        "owner": latest.get("owner"),
        "size_segment": now.size_segment,
        "industry": now.industry,
        "region": now.region,
        "plan": now.plan,
        "arr": now.arr,
        "created_at": min((row["created_at"] for row in held), default=None),
        "first_active_date": min(active, default=None),
        "last_active_date": max(active, default=None),
        "exclusion_rule": min(
            (
                rule["rule_key"]
                for rule in world.company.seed("exclusion_rules")
                if (rule["rule_type"], rule["rule_value"]) == ("account_id", account)
            ),
            default=None,
        ),
        "is_deleted": now.is_deleted,
        "is_in_crm": bool(versions),
    }


def on_dates(spans: Iterable[Row], probes: Iterable[Row]) -> list[Row]:
    """Read dim_accounts_history on the accounts and dates of the probes: one row a covering span.

    Columns that the probes do not have are left out.
    """
    return [
        {"date_day": probe["date_day"]} | {column: span[column] for column in probe.keys() & span}
        for probe in probes
        for span in spans
        if span["account_id"] == probe["account_id"]
        and span["valid_from_date"] <= probe["date_day"]
        and (span["valid_to_date"] is None or probe["date_day"] < span["valid_to_date"])
    ]
