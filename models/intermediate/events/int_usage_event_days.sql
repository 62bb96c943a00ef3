{{ config(
    materialized='incremental',
    incremental_strategy='append',
    meta={'built_with': ['reporting_timezone', 'clock_tolerance_minutes', 'earliest_date']}
) }}

with

events as (
    select * from {{ ref('stg_landing__usage_events') }}
    where {{ is_new_load() }}
),

duplicates as (
    select
        load_id,
        landing_row,
        is_conflicting
    from {{ ref('int_usage_event_duplicates') }}
    where landing_row is not null
),

judged as (
    select
        events.*,
        {{ local_date('events.occurred_at') }} as activity_date,
        case
            when events.rejection_reason is not null then 'quarantined'
            when duplicates.is_conflicting then 'conflicting'
            when duplicates.landing_row is not null then 'duplicate'
            else 'accepted'
        end as row_outcome
    from events
    left join duplicates
        on
            events.load_id = duplicates.load_id
            and events.landing_row = duplicates.landing_row
),

counted as (
    select
        load_id,
        row_outcome,
        actor_id,
        account_id,
        event_name,
        platform,
        activity_date,
        count(*) as event_count,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at
    from judged
    group by load_id, row_outcome, actor_id, account_id, event_name, platform, activity_date
)

select
    counted.*,
    loads.fingerprint as load_fingerprint,
    '{{ built_with_of_model() }}' as built_with
from counted
inner join {{ ref('int_loads') }} as loads
    on
        counted.load_id = loads.load_id
        and loads.entity = 'usage_events'
