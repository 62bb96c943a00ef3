{{ config(
    materialized='incremental',
    incremental_strategy='append',
    meta={'built_with': ['session_gap_minutes', 'clock_tolerance_minutes', 'reporting_timezone', 'earliest_date']}
) }}

with

events as (
    select
        load_id,
        landing_row,
        actor_id,
        occurred_at
    from {{ ref('stg_landing__usage_events') }}
    where
        rejection_reason is null
        and {{ is_new_load() }}
),

accepted as (
    select events.*
    from events
    left join {{ ref('int_usage_event_duplicates') }} as duplicates
        on
            events.load_id = duplicates.load_id
            and events.landing_row = duplicates.landing_row
    where duplicates.landing_row is null
),

-- events of one slot as long as the gap are in one run, so slots are sorted and not events
slots as (
    select
        load_id,
        actor_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from accepted
    group by load_id, actor_id, {{ minutes_slot('occurred_at', var('session_gap_minutes')) }}
),

neighbours as (
    select
        *,
        lag(ended_at) over actor_slots as previous_ended_at,
        lead(started_at) over actor_slots as next_started_at
    from slots
    window actor_slots as (partition by load_id, actor_id order by started_at)
),

edges as (
    select
        *,
        coalesce(started_at > {{ add_minutes('previous_ended_at', var('session_gap_minutes')) }}, true) as is_first,
        coalesce(next_started_at > {{ add_minutes('ended_at', var('session_gap_minutes')) }}, true) as is_last
    from neighbours
),

-- the slot that ends a run is the run's first one or the next of the edges
paired as (
    select
        load_id,
        actor_id,
        started_at,
        is_first,
        case
            when is_last then ended_at
            else lead(ended_at) over (partition by load_id, actor_id order by started_at)
        end as ended_at
    from edges
    where is_first or is_last
),

runs as (
    select
        load_id,
        actor_id,
        started_at,
        ended_at
    from paired
    where is_first
)

select
    runs.*,
    loads.fingerprint as load_fingerprint,
    '{{ built_with_of_model() }}' as built_with
from runs
inner join {{ ref('int_loads') }} as loads
    on
        runs.load_id = loads.load_id
        and loads.entity = 'usage_events'
