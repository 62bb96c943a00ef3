"""What was planted in the demo company, found again in the marts that dbt built from it.

Reads the built warehouse and the landing folder's truth.json, which `make test` leaves behind.
PRODUCT_HEALTH_DATABASE and PRODUCT_HEALTH_LANDING name others.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest

from built_warehouse import Built
from product_health.contract import Contract, load_contract
from product_health.warehouse import warehouse_path

ROOT = Path(__file__).parents[2]
ENTITIES = tuple(load_contract(ROOT).entities)
OUTCOMES = ("accepted", "superseded", "duplicate", "conflicting", "quarantined")
FEATURES = (
    "eligible_people", "adopted_people", "adoption_rate", "eligible_accounts", "adopted_accounts",
    "account_adoption_rate", "uses_without_entitlement",
)  # fmt: skip


def exactly(value: Any) -> Any:
    """Equal but for the last digits of a float."""
    return pytest.approx(value, rel=1e-12, abs=1e-12)


def without_demo(reason: str) -> NoReturn:
    """Skip where someone runs pytest alone; continuous integration must have built the demo."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def built() -> Iterator[Built]:
    """The demo company's warehouse, read only."""
    landing = ROOT / os.environ.get("PRODUCT_HEALTH_LANDING", "landing")
    truth, database = landing / "truth.json", warehouse_path(ROOT)
    for path in (truth, database):
        if not path.is_file():
            without_demo(f"{path.name} is absent: `make test` writes the demo and builds it first")
    # views over the landing folder name it as it was seen from the project
    with chdir(ROOT), duckdb.connect(str(database), read_only=True) as connection:
        one = Built(connection, json.loads(truth.read_text(encoding="utf-8")))
        if len(one.truth["loads"]) != one.number(
            "select count(distinct load_id) from intermediate.int_loads"
        ):
            without_demo("the warehouse holds other loads than the demo's")
        yield one


def test_loads_and_last_complete_date(built: Built) -> None:
    told = {
        one["load_id"]: datetime.fromisoformat(one["complete_until"])
        for one in built.truth["loads"]
    }
    found = built.rows("select distinct load_id, complete_until from intermediate.int_loads")
    assert sorted(found) == sorted(told.items())
    families = built.table("select family, as_of_date from intermediate.int_as_of_dates")
    assert families == dict.fromkeys(("accounts", "support", "usage", "voice"), built.as_of)


@pytest.mark.parametrize("entity", ENTITIES)
def test_rows_by_outcome_and_load(built: Built, entity: str) -> None:
    planted = {
        (int(load), *(counts[name] for name in ("raw", *OUTCOMES)))
        for load, counts in built.truth["rows"][entity].items()
        if counts["raw"]
    }
    assert planted == set(
        built.rows(
            "select load_id, raw_rows, accepted_rows, superseded_rows, duplicate_rows, "
            "conflicting_rows, "
            f"quarantined_rows from intermediate.int_row_accounting where entity = '{entity}'"
        )
    )


def reasons_of(entity: str, contract: Contract) -> dict[str, str]:
    """What each kind of planted mess is called where it is set aside."""
    table = contract.entity(entity)
    return {
        "future_clock": f"{table.event_time}_in_future",
        "bad_time": f"unparseable_{table.event_time}",
        "missing_id": f"missing_{table.key[0]}",
        "ragged": "unparseable_row",
        "score_out_of_range": "score_out_of_range",
        "score_fraction": "score_not_whole",
        "score_missing": "missing_score",
        "identity_cycle": "identity_cycle",
    }


def test_rows_are_set_aside_for_the_planted_reason(built: Built) -> None:
    contract = load_contract(ROOT)
    planted: Counter[tuple[str, str]] = Counter()
    for entity, loads in built.truth["rows"].items():
        reasons = reasons_of(entity, contract)
        for kind, number in ((k, n) for load in loads.values() for k, n in load["kinds"].items()):
            if kind in reasons:
                planted[entity, reasons[kind]] += number
    found = built.rows(
        "select entity, rejection_reason, count(*), count(raw_text) "
        "from intermediate.int_quarantined_rows group by all"
    )
    assert {(entity, reason): number for entity, reason, number, _ in found} == dict(planted)
    assert all(number == with_text for _, _, number, with_text in found)


def test_values_are_set_aside_and_their_rows_count(built: Built) -> None:
    planted = sum(
        load["kinds"].get("bad_value", 0)
        for load in built.truth["rows"]["crm_opportunities"].values()
    )
    assert planted > 5
    found = built.rows(
        "select entity, column_name, reason, value_count from marts.trust_values_set_aside_v1"
    )
    assert found == [("crm_opportunities", "amount", "unparseable", planted)]


def test_usage_on_the_last_date(built: Built) -> None:
    last = built.on_last_date("*", "usage_daily")
    for name in (
        "dau", "wau", "mau", "daily_active_accounts", "weekly_active_accounts",
        "monthly_active_accounts", "person_days_28d", "dau_mau_ratio", "stickiness",
    ):  # fmt: skip
        assert last[name] == exactly(built.truth["usage"][name]), name


def test_active_people_of_every_date(built: Built) -> None:
    """Rows that came up to 20 days late are in it: a lost one would make its date smaller."""
    found = built.table("select date_day, dau from marts.usage_daily_v1 where is_complete")
    planted = built.truth["usage"]["dau_by_date"]
    assert {day.isoformat(): people for day, people in found.items()} == planted
    ever = built.number("select count(first_active_date) from marts.dim_people_v1")
    assert ever == built.truth["usage"]["people_ever_active"]


def test_events_before_a_person_was_known_count(built: Built) -> None:
    """What anonymous actors, devices and services did, as far as it counts."""
    found = built.number(
        """
        select sum(events.event_count)
        from intermediate.int_usage_event_days as events
        inner join intermediate.int_actors as actors using (actor_id)
        left join seeds.event_catalogue as catalogue using (event_name)
        where events.row_outcome = 'accepted'
            and regexp_matches(actor_id, '^(anon|device|svc)_')
            and actors.exclusion_rule is null
            and coalesce(catalogue.is_qualifying, true)
            and coalesce(events.account_id, actors.account_id, '')
                not in ('acc_internal', 'acc_test')
        """
    )
    assert found == built.truth["usage"]["anonymous_events_resolved_or_not"]


def test_adoption_of_every_feature(built: Built) -> None:
    planted = built.truth["features"]
    launches = built.table("select feature_key, launched_on from marts.dim_features_v1")
    assert {key: day and day.isoformat() for key, day in launches.items()} == {
        key: told["launched_on"] for key, told in planted.items()
    }
    for key, told in planted.items():
        found = built.on_last_date(
            ", ".join(FEATURES), "adoption_feature_daily", f"feature_key = '{key}'"
        )
        assert found == exactly({name: told[name] for name in FEATURES}), key


def test_breadth_and_overall_adoption(built: Built) -> None:
    planted = built.truth["adoption"]
    found = built.on_last_date(", ".join(planted), "adoption_daily")
    assert found == exactly(planted)


def test_uses_before_launch_or_outside_the_plan(built: Built) -> None:
    """A mart tells both together, by trailing window; over all time each is told here."""
    uses = "intermediate.int_feature_days inner join marts.dim_features_v1 using (feature_key)"
    early = built.number(f"select sum(uses) from {uses} where activity_date < launched_on")
    assert early == built.truth["planted_uses"]["before_launch"]
    outside = built.number(
        f"""
        select sum(uses) from {uses}
        where plans is not null and not exists (
            select 1 from intermediate.int_crm_subscriptions as terms
            where terms.row_outcome = 'accepted'
                and terms.account_id = int_feature_days.account_id
                and list_contains(string_split(dim_features_v1.plans, '|'), terms.plan)
                and cast(terms.started_at as date) <= int_feature_days.activity_date
                and int_feature_days.activity_date
                    < coalesce(cast(terms.ended_at as date), date '9999-01-01')
        )
        """
    )
    assert outside == built.truth["planted_uses"]["without_entitlement"]
    counted = built.number(
        f"select sum(uses) from {uses} where not is_entitled and activity_date >= launched_on"
    )
    assert 0 < counted <= outside


def test_nps_by_month_of_response(built: Built) -> None:
    found = built.rows(
        """
        select strftime(response_date, '%Y-%m'), count(*),
            count(*) filter (category = 'promoter'), count(*) filter (category = 'passive'),
            count(*) filter (category = 'detractor'),
            100.0 * (count(*) filter (score >= 9) - count(*) filter (score <= 6)) / count(*)
        from marts.voice_responses_v1 where survey_kind = 'nps' group by 1
        """
    )
    assert {month: list(values) for month, *values in found} == {
        month: exactly(list(told.values()))
        for month, told in built.truth["voice"]["nps_by_month"].items()
    }


def test_scores_of_the_last_date(built: Built) -> None:
    voice = built.truth["voice"]
    nps = built.on_last_date("responses, promoters, passives, detractors, nps", "nps_daily")
    assert nps == exactly(voice["nps_as_of"])
    csat = built.on_last_date("rated, satisfied", "csat_daily")
    assert list(csat.values()) == list(voice["csat_as_of"].values())
    ces = built.on_last_date("responses, score_total", "ces_daily")
    assert ces == voice["ces_as_of"]
    counted = "select survey_kind, count(*) from marts.voice_responses_v1 group by 1"
    assert built.table(counted) == voice["counted_responses"]


def test_support(built: Built) -> None:
    planted = built.truth["support"]
    found = built.row(
        f"""
        select sum(tickets_created) as tickets, sum(tickets_solved) as solved_changes,
            sum(tickets_reopened) as reopened_changes, sum(tickets_removed) as removed_changes,
            max_by(backlog, date_day) as backlog
        from marts.support_daily_v1 where date_day <= '{built.as_of}'
        """
    )
    assert found == {name: planted[name] for name in found}
    assert planted["tickets"] == built.number("select count(*) from marts.support_tickets_v1")
    assert planted["ended_by_status"] == built.number(
        "select count(*) from marts.support_tickets_v1 where is_ended_by_status"
    )
    assert planted["replied_by_staff"] == built.number(
        "select count(*) from marts.support_tickets_v1 "
        f"where first_reply_at < date '{built.as_of}' + 1"
    )


def test_tickets_without_account_and_of_excluded_people(built: Built) -> None:
    """The mart gives a ticket its requester's account; planted were tickets that name none."""
    found = built.row(
        """
        select count(*) filter (told.ticket_id is not null and landed.account_id is null)
                as tickets_without_account,
            count(*) filter (told.ticket_id is null) as tickets_excluded,
            count(*) filter (told.is_without_account and landed.account_id is not null) as lost
        from intermediate.int_support_tickets as landed
        left join marts.support_tickets_v1 as told using (source_system, ticket_id)
        where landed.row_outcome = 'accepted'
        """
    )
    assert found.pop("lost") == 0
    assert found == {name: built.truth["support"][name] for name in found}


def test_identity(built: Built) -> None:
    links = built.table(
        "select actor_id, person_id from intermediate.int_identity_links where is_on_cycle"
    )
    people = built.row(
        """
        select count(*) as linked_actors,
            count(*) filter (person_id like 'per_%') as actors_linked_to_a_known_person,
            count(*) filter (actor_id like 'anon_%') as anonymous_actors_linked
        from intermediate.int_actor_people
        """
    )
    accepted = built.number(
        "select sum(accepted_rows) from intermediate.int_row_accounting "
        "where entity = 'usage_identities'"
    )
    assert built.truth["identity"] == {
        **people,
        "links_in_cycles": len(links),
        "actors_in_cycles": len(links),
        "cycles": len({frozenset(around(links, actor)) for actor in links}),
        "accepted_links": accepted,
        "contradicted_links": accepted - people["linked_actors"],
    }


def around(links: dict[str, str], actor: str) -> Iterator[str]:
    """Follow the links from an actor until they come back."""
    reached = links[actor]
    yield reached
    while reached != actor:
        reached = links[reached]
        yield reached


def test_exclusions(built: Built) -> None:
    planted = built.truth["exclusions"]
    # dim_people names one rule a person; some of the staff are in the internal account as well
    by_rule = Counter(
        built.table(
            "select person_id, exclusion_rule from marts.dim_people_v1 "
            "where exclusion_rule is not null"
        ).values()
    )
    assert by_rule["bot_actor_names"] == planted["actors_by_pattern"]
    assert by_rule["bot_volume"] == planted["actors_by_volume"]
    people = by_rule.total() - by_rule["bot_actor_names"] - by_rule["bot_volume"]
    assert people == planted["people_excluded"]
    staff = built.row(
        """
        select count(*) filter (email like '%@ourcompany.example') as people_by_email_domain,
            count(*) filter (landed.account_id = 'acc_internal') as people_by_account_acc_internal,
            count(*) filter (landed.account_id = 'acc_test') as people_by_account_acc_test
        from intermediate.int_usage_people as landed
        inner join marts.dim_people_v1 as told using (person_id)
        where landed.row_outcome = 'accepted' and told.exclusion_rule is not null
        """
    )
    assert staff == {name: planted[name] for name in staff}


def test_accounts_that_the_crm_does_not_know(built: Built) -> None:
    found = built.table("select is_in_crm, count(*) from marts.dim_accounts_v1 group by 1")
    planted = built.truth["accounts"]
    assert found == {True: planted["in_crm"], False: planted["subscribed_but_not_in_crm"]}
    reported = built.number(
        "select count(*) from intermediate.int_unknown_accounts where entity = 'crm_subscriptions'"
    )
    assert reported == planted["subscribed_but_not_in_crm"]


def test_event_names_that_the_catalogue_does_not_list(built: Built) -> None:
    found = built.table("select event_name, event_count from intermediate.int_unlisted_event_names")
    assert found == built.truth["usage"]["unknown_events"]


def test_the_rush_of_new_people(built: Built) -> None:
    """More people came on that date than on any other but those of the first, censored, week."""
    found = built.table(
        "select cohort_date, max(new_people) from marts.adoption_first_features_v1 group by 1"
    )
    first_week = min(found) + timedelta(days=7)
    later = {day: people for day, people in found.items() if day >= first_week}
    assert max(later, key=later.__getitem__).isoformat() == built.truth["rush_date"]


def test_the_incident(built: Built) -> None:
    incident = built.truth["incident"]
    usual, during = built.rows(
        "select avg(tickets_created) from marts.support_daily_v1 group by date_day between "
        f"date '{incident['first_date']}' and date '{incident['last_date']}' order by 1"
    )
    assert during[0] > 2 * usual[0]


def test_experiments(built: Built) -> None:
    """No mart reads out experiments yet; the exposures that one will read are there."""
    found = built.rows(
        """
        select experiment_id, min(variant), count(distinct variant) as variants
        from intermediate.int_experiment_exposures where row_outcome = 'accepted'
        group by experiment_id, subject_id
        """
    )
    for name, told in built.truth["experiments"].items():
        seen = [(variant, number) for one, variant, number in found if one == name]
        assert told["subjects_with_two_variants"] == sum(number > 1 for _, number in seen)
        clean = Counter(variant for variant, number in seen if number == 1)
        assert told["subjects_by_variant"] == {
            key: clean[key] for key in told["subjects_by_variant"]
        }
