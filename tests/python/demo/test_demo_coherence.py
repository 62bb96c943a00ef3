"""The company hangs together: ids lead somewhere, plans and launches hold, trouble shows."""

from datetime import date

import pytest

from demo.demo_landed import Landed

SOUND = "parse_error is null"


def test_every_entity_has_rows_in_the_first_load_and_a_heartbeat_in_every_load(
    landed: Landed,
) -> None:
    loads = landed.company.loads
    entities = set(landed.contract.entities)
    for load_id in {row["load_id"] for row in loads}:
        assert {row["entity"] for row in loads if row["load_id"] == load_id} == entities
    assert all(row["complete_until"] for row in loads)
    assert all(row["row_count"] > 0 for row in loads if row["load_id"] == 1)


def test_loads_arrive_in_order_and_hold_only_what_was_received_by_then(landed: Landed) -> None:
    ends = {row["load_id"]: row["complete_until"] for row in landed.company.loads}
    assert list(ends.values()) == sorted(ends.values())
    for name in landed.contract.entities:
        rows = landed.query(
            f"select load_id, min(received_at), max(received_at) from {{{name}}} group by all"
        )
        for load_id, first, last in rows:
            assert last < ends[load_id]
            assert load_id == 1 or first >= ends[load_id - 1]


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        ("crm_opportunities", "account_id", "crm_subscriptions", "account_id"),
        ("crm_accounts", "parent_account_id", "crm_subscriptions", "account_id"),
        ("support_tickets", "requester_id", "usage_people", "person_id"),
        ("support_ticket_events", "ticket_id", "support_tickets", "ticket_id"),
        ("survey_invitations", "person_id", "usage_people", "person_id"),
        ("survey_responses", "person_id", "usage_people", "person_id"),
        ("feedback_votes", "request_id", "feedback_requests", "request_id"),
        ("feedback_votes", "person_id", "usage_people", "person_id"),
        ("experiment_exposures", "experiment_id", "experiments", "experiment_id"),
        ("experiment_exposures", "subject_id", "usage_people", "person_id"),
        ("tool_access", "tool", "tool_licences", "tool"),
        ("tool_access", "person_id", "usage_people", "person_id"),
    ],
)
def test_ids_lead_somewhere(landed: Landed, child: str, column: str, parent: str, key: str) -> None:
    orphans = landed.query(
        f"select distinct {column} from {{{child}}} where {column} is not null and {SOUND} "
        f"and {column} not in (select {key} from {{{parent}}} where {key} is not null)"
    )
    assert not orphans


def test_subscribed_accounts_are_in_the_crm_but_for_those_that_were_counted(
    landed: Landed,
) -> None:
    missing = landed.query(
        f"select distinct account_id from {{crm_subscriptions}} where {SOUND} and account_id "
        f"is not null and account_id not in (select account_id from {{crm_accounts}} where {SOUND} "
        "and account_id is not null)"
    )
    assert len(missing) == landed.truth["accounts"]["subscribed_but_not_in_crm"]


def test_features_are_not_used_before_launch_but_for_the_planted_uses(landed: Landed) -> None:
    catalogue = {
        row["event_name"]: row["feature_key"] for row in landed.company.seeds["event_catalogue"]
    }
    launches = {row["feature_key"]: row["launched_on"] for row in landed.company.seeds["features"]}
    early = {
        name: launches[feature]
        for name, feature in catalogue.items()
        if feature and launches[feature]
    }
    counted = landed.query(
        "select event_name, cast(cast(occurred_at as date) as varchar) from {usage_events} "
        f"where {SOUND} and occurred_at <= received_at + interval 1 hour"
    )
    before = sum(1 for name, day in counted if name in early and day < early[name])
    used = sum(1 for name, _ in counted if name in early)
    assert landed.truth["planted_uses"]["before_launch"] <= before < used / 20


def test_weekends_are_quieter(landed: Landed) -> None:
    rows = landed.query(
        "select isodow(occurred_at) > 5, count(*) / count(distinct cast(occurred_at as date)) "
        f"from {{usage_events}} where {SOUND} and actor_id like 'per_%' "
        "and occurred_at <= received_at + interval 1 hour group by 1"
    )
    by_kind = dict(rows)
    assert by_kind[True] < 0.6 * by_kind[False]


def test_a_rush_of_new_people_shows_on_its_date(landed: Landed) -> None:
    per_day = dict(
        landed.query(
            "select cast(cast(created_at as date) as varchar), count(distinct person_id) "
            f"from {{usage_people}} where {SOUND} group by 1"
        )
    )
    rush = per_day.pop(landed.truth["rush_date"])
    assert rush > 2 * max(per_day.values())


def test_the_incident_raises_tickets(landed: Landed) -> None:
    incident = landed.truth["incident"]
    first, last = (date.fromisoformat(incident[name]) for name in ("first_date", "last_date"))
    rows = landed.tables["support_tickets"]
    created = {row["ticket_id"]: row["created_at"].date() for row in rows if row["created_at"]}
    during = sum(first <= day <= last for day in created.values())
    length = (last - first).days + 1
    usual = (len(created) - during) / (landed.truth["parameters"]["days"] - length)
    assert during / length > 2 * usual


def test_texts_hold_what_breaks_careless_readers(landed: Landed) -> None:
    columns = (("comment", "survey_responses"), ("subject", "support_tickets"))
    texts = [row[column] or "" for column, entity in columns for row in landed.tables[entity]]
    for part in ("<script>", "\n", '"', "'", "😕"):
        assert any(part in text for text in texts)


def test_addresses_are_made_up(landed: Landed) -> None:
    rows = landed.query(
        "select count(*) from {usage_people} where email is not null and email not like '%.example'"
    )
    assert rows == [(0,)]


def test_sessions_cluster_and_some_cross_midnight(landed: Landed) -> None:
    rows = landed.query(
        "with moments as (select actor_id, occurred_at, lag(occurred_at) over (partition by "
        f"actor_id order by occurred_at) as before from {{usage_events}} where {SOUND} "
        "and actor_id like 'per_%' and platform is not null) select "
        "count(*) filter (where occurred_at - before <= interval 30 minute) / count(*), "
        "count(*) filter (where occurred_at - before <= interval 30 minute and "
        "cast(occurred_at as date) > cast(before as date)) from moments"
    )
    assert rows[0][0] > 0.6
    assert rows[0][1] > 0
