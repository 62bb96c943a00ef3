"""The tests themselves: mistakes planted in the compiled SQL, each of which must be noticed."""

from typing import NamedTuple

import pytest

from harness.check import mart_differences
from harness.compare import KEYS
from harness.histories import appended, history_differences, random_history
from harness.mutations import mutated_company
from harness.project import variant
from harness.warehouse import compiled_for
from strategies import random_company
from test_accounting import accounting_differences

MOST_COMPANIES = 150
# Whose faults are told within a few companies: on every push these stand for all.
FEW = ("usage_l28", "int_account_arr", "int_voice_responses")
MOST_HISTORIES = 60
DAYS_27 = "cast(27 as integer)"
DAYS_28 = "cast(28 as integer)"
DAYS_90 = "cast(90 as integer)"


class Fault(NamedTuple):
    """A mistake in a model: `new` stands where `old` belongs."""

    model: str
    old: str
    new: str


IN_MARTS = (
    Fault("stg_landing__usage_events", "occurred_at > (", "occurred_at >= ("),
    Fault("stg_landing__survey_responses", "score <> floor(score)", "false"),
    Fault("stg_landing__survey_responses", "not between 0 and 10", "not between 0 and 11"),
    Fault("stg_landing__crm_subscriptions", "mrr < 0", "false"),
    Fault("int_usage_event_duplicates", "event_id, events.occurred_at", "event_id"),
    Fault("int_usage_event_duplicates", "by events.load_id,", "by events.load_id desc,"),
    Fault("int_usage_event_duplicates", "id, events.landing_row", "id, events.landing_row desc"),
    Fault("int_usage_event_days", "timezone('UTC', events.occurred_at)", "events.occurred_at"),
    Fault("int_usage_event_runs", "duplicates.landing_row is null", "true"),
    Fault("int_survey_responses", "order by load_id asc,", "order by load_id desc,"),
    Fault("int_crm_subscriptions", "order by updated_at desc", "order by updated_at"),
    Fault("int_as_of_dates", "min(heartbeats", "max(heartbeats"),
    Fault("int_as_of_dates", "cast(-1 as integer)", "cast(0 as integer)"),
    Fault("int_identity_links", "order by linked_at,", "order by linked_at desc,"),
    Fault("int_identity_links", "linked_at, person_id,", "linked_at, person_id desc,"),
    Fault("int_identity_links", "distinct person_id as", "distinct actor_id as"),
    Fault("int_identity_links", "lower(trim(person_id)) in", "lower(person_id) in"),
    Fault("int_links_set_aside", "lower(trim(person_id)) in", "trim(person_id) in"),
    Fault("int_actor_people", "where not is_on_cycle", "where true"),
    Fault("int_actor_people", "coalesce(last_links.person_id, next", "coalesce(next"),
    Fault("int_actor_people", "coalesce(next_person_id, person_id)", "person_id"),
    Fault("int_people", "email, '@', -1), '>', 1)", "email, '@', -1), '<', 1)"),
    Fault("int_people", "= '.' ||", "= ',' ||"),
    Fault("int_actors", "most_events_per_day > ", "most_events_per_day >= "),
    Fault("int_actors", " like rules.rule_value", " = rules.rule_value"),
    Fault("int_activity", "is_qualifying, true)", "is_qualifying, false)"),
    Fault("int_activity", "coalesce(event_days.account_id, ", "coalesce("),
    Fault("int_activity", "excluded_accounts.account_id is null", "true"),
    Fault("int_account_versions", "order by updated_at desc", "order by updated_at"),
    Fault("int_account_plans", "subscriptions.mrr desc", "subscriptions.mrr asc"),
    Fault("int_account_plans", "subscriptions.is_trial asc", "subscriptions.is_trial desc"),
    Fault("int_account_plans", "subscriptions.started_at desc", "subscriptions.started_at asc"),
    Fault("int_account_arr", "< paid.ended_date", "<= paid.ended_date"),
    Fault("int_subscriptions", "* rates.rate_to_reporting", "* 1"),
    Fault("int_usage_dates", DAYS_27, DAYS_28),
    Fault("usage_daily", "coalesce(days_to_next, 28), 28)", "coalesce(days_to_next, 29), 29)"),
    Fault("usage_daily", "least(days_covered, 7)", "least(days_covered, 8)"),
    Fault("usage_daily", "rows between 27 preceding", "rows between 28 preceding"),
    Fault("usage_daily_by_segment", "least(days_covered, 7)", "least(days_covered, 6)"),
    Fault("usage_l28", DAYS_28, DAYS_27),
    Fault("int_lifecycle", "previous_active_start is null", "false"),
    Fault("int_lifecycle", "next_active_start is null or", ""),
    Fault("int_retention_cells", "where period_start = cohort_start", "where true"),
    Fault("usage_retention", "<= last_periods.last", "< last_periods.last"),
    Fault("usage_retention", "when cells.is_complete then", "when true then"),
    Fault("int_sessions", "started_at <= (reached_at", "started_at < (reached_at"),
    Fault("int_usage_event_runs", "cast(30 as integer)", "cast(31 as integer)"),
    Fault("int_sessions", "least(ended_at, cut_at)", "ended_at"),
    Fault("int_features", "'g'), '') as plans", "'g'), 'growth|enterprise') as plans"),
    Fault("int_features", r"\s*\|[\s|]*", r"\|"),
    Fault("int_eligible_stretches", "stretches.from_date >= ", "stretches.from_date > "),
    Fault("int_feature_days", "uses.activity_date >= features", "uses.activity_date > features"),
    Fault("int_person_use_spans", "min_uses - 1", "min_uses - 2"),
    Fault("int_person_use_spans", DAYS_28, DAYS_27),
    Fault("int_concentration", "order by uses desc", "order by uses asc"),
    Fault("int_concentration", "uses_before < ", "uses_before <= "),
    Fault("int_core_adoption", "and features.is_core", ""),
    Fault("int_growth", "+ cast(1 as integer)", "+ cast(2 as integer)"),
    Fault("int_time_to_adopt_curves", "order by duration desc", "order by duration asc"),
    Fault("adoption_time_to_adopt", "+ 1e-12", "- 1e-12"),
    Fault("adoption_feature_retention", "use_period = 1", "use_period >= 1"),
    Fault("adoption_first_features", "first_used_at, ", "first_used_at desc, "),
    Fault("int_voice_responses", ">= 9", ">= 8"),
    Fault("int_voice_responses", ">= 7", ">= 6"),
    Fault("int_voice_responses", ">= 4", ">= 5"),
    Fault("int_response_spans", DAYS_90, "cast(91 as integer)"),
    Fault(
        "int_response_spans", "by responded_at, source_order asc nulls first, ", "by responded_at, "
    ),
    Fault("int_response_spans", "by responded_at, ", "by responded_at desc, "),
    Fault("int_current_responses", "when account_arr > 0", "when account_arr >= 0"),
    Fault("int_nps_scores", "/ effective_responses", "/ responses"),
    Fault("int_ces_scores", "(responses - 1)", "responses"),
    Fault("int_csat_scores", "satisfied < rated", "true"),
    Fault("int_invitation_chains", "later.sent_at > ", "later.sent_at >= "),
    Fault("int_invitation_chains", "43200", "43199"),
    Fault("survey_waves", "cast(29 as integer)", "cast(30 as integer)"),
    Fault("int_ticket_events", "lower(trim(events.event_type))", "events.event_type"),
    Fault("int_ticket_events", "lower(trim(events.actor_role))", "events.actor_role"),
    Fault("int_ticket_events", "greatest(events.occurred_at, ", "coalesce(events.occurred_at, "),
    Fault("int_ticket_events", "events.occurred_at < (", "events.occurred_at <= ("),
    Fault("int_ticket_events", "events.source_system = tickets.source_system", "true"),
    Fault("int_ticket_status_ends", "event_number >= last_opening", "true"),
    Fault("int_ticket_status_ends", "runs.updated_at > runs.last_open_at", "true"),
    Fault(
        "int_ticket_status_ends", "when versions.is_deleted then 'deleted'", "when false then ''"
    ),
    Fault("int_ticket_status_ends", "greatest(runs.updated_at, ", "coalesce(runs.updated_at, "),
    Fault("int_ticket_state_changes", "rank_after <> rank_before", "true"),
    Fault("int_ticket_state_changes", "= 'event' then 0 else 1", "= 'event' then 1 else 0"),
    Fault("int_ticket_state_changes", "moves.source_order asc nulls first, ", ""),
    Fault("int_ticket_milestones", "role_meaning = 'staff'", "true"),
    Fault("int_ticket_milestones", "of_tickets.last_opening > ", "0 < "),
    Fault("int_ticket_waits", "milestones.removed_at is null", "true"),
    Fault("int_business_days", "holidays.holiday_date is null", "true"),
    Fault("int_ticket_waits", "first_reply_at < observed_until", "true"),
    Fault("int_support_wait_times", "1.0 - 0.9 + 1e-12", "1.0 - 0.8 + 1e-12"),
    Fault("int_ticket_window_dates", DAYS_28, DAYS_27),
    Fault("support_daily", "tickets_solved + dense", "tickets_solved - dense"),
    Fault("support_daily", " and was_open then", " then"),
    Fault("support_account_daily", "coalesce(people.active_window, 0)", "people.active_window"),
)
IN_INCREMENTS = (
    Fault("int_usage_event_duplicates", "load_id > (", "load_id >= ("),
    Fault("int_usage_event_duplicates", "occurred_at >= (", "occurred_at > ("),
    Fault("int_usage_event_duplicates", "occurred_at <= (", "occurred_at < ("),
    Fault("int_usage_event_duplicates", "first_event_at <= (", "first_event_at < ("),
    Fault("int_usage_event_duplicates", "last_event_at >= (", "last_event_at > ("),
    Fault("int_usage_event_duplicates", "and load_id in (", "and load_id < 0 and load_id in ("),
    Fault("int_usage_event_days", "load_id > (", "load_id >= ("),
    Fault("int_usage_event_days", "load_id > (", "load_id > 1 + ("),
    Fault("int_usage_event_runs", "load_id > (", "load_id >= ("),
)
IN_THE_LEDGER = (
    Fault("stg_landing__tool_access", "tool is null", "false"),
    Fault("stg_landing__experiments", "updated_at > (", "updated_at >= ("),
    Fault("int_feedback_votes", "order by load_id asc,", "order by load_id desc,"),
    Fault("int_feedback_votes", "repeat_number > 1", "repeat_number > 2"),
    Fault("int_crm_opportunities", "order by updated_at desc", "order by updated_at"),
    Fault("int_crm_opportunities", "opportunity_id, updated_at", "opportunity_id"),
    Fault("int_usage_event_days", "events.rejection_reason is not null", "false"),
    Fault("int_usage_event_days", "'duplicate'", "'accepted'"),
    Fault("int_row_accounting", "row_outcome = 'duplicate'", "row_outcome = 'superseded'"),
)


def noticed_in_marts(fault: Fault) -> bool:
    marts = [mart for mart in KEYS if fault.model in variant().needed_for([mart])]
    assert marts
    for seed in range(MOST_COMPANIES):
        company = random_company(seed)
        compiled = compiled_for(company)
        if fault.old not in compiled.model(fault.model).sql:
            assert fault.model in {"int_as_of_dates", "int_usage_event_days"}, fault
            continue
        if mart_differences(company, compiled.patched(*fault), marts):
            return True
    return False


@pytest.mark.parametrize("fault", [one for one in IN_MARTS if one.model in FEW])
def test_a_few_faults_are_noticed(fault: Fault) -> None:
    assert noticed_in_marts(fault)


@pytest.mark.faults
@pytest.mark.parametrize("fault", IN_MARTS, ids=str)
def test_faults_in_marts_are_noticed(fault: Fault) -> None:
    assert noticed_in_marts(fault)


@pytest.mark.faults
@pytest.mark.parametrize("fault", IN_INCREMENTS, ids=str)
def test_faults_in_increments_are_noticed(fault: Fault) -> None:
    for seed in range(MOST_HISTORIES):
        compiled = compiled_for(random_history(seed).company)
        if history_differences(
            seed, compiled=compiled.patched(*fault), names=appended(compiled), is_interrupted=True
        ):
            return
    pytest.fail(f"nobody noticed {fault}")


@pytest.mark.faults
@pytest.mark.parametrize("fault", IN_THE_LEDGER, ids=str)
def test_faults_in_the_ledger_are_noticed(fault: Fault) -> None:
    company = mutated_company(0, 125)
    assert accounting_differences(company, compiled_for(company).patched(*fault))
