-- Every accepted event is activity, or does not qualify, or is left out by a rule.
with

accepted as (
    select coalesce(sum(accepted_rows), 0) as events
    from {{ ref('int_row_accounting') }}
    where entity = 'usage_events'
),

counted as (
    select coalesce(sum(event_count), 0) as events
    from {{ ref('int_activity') }}
),

left_out as (
    select coalesce(sum(event_days.event_count), 0) as events
    from {{ ref('int_usage_event_days') }} as event_days
    left join {{ ref('int_actors') }} as actors on event_days.actor_id = actors.actor_id
    left join {{ ref('event_catalogue') }} as catalogue on event_days.event_name = catalogue.event_name
    where
        event_days.row_outcome = 'accepted'
        and (
            actors.exclusion_rule is not null
            or not coalesce(catalogue.is_qualifying, true)
            or coalesce(event_days.account_id, actors.account_id) in (
                select excluded.account_id
                from ({{ excluded_accounts() }}) as excluded
            )
        )
)

select
    accepted.events as accepted_events,
    counted.events as counted_events,
    left_out.events as left_out_events
from accepted
cross join counted
cross join left_out
where accepted.events <> counted.events + left_out.events
