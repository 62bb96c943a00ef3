{{ config(
    materialized='incremental',
    incremental_strategy='append',
    meta={'built_with': ['session_gap_minutes', 'clock_tolerance_minutes']}
) }}

with

events as (
    select
        load_id,
        landing_row,
        actor_id,
        occurred_at
    from {{ ref('int_usage_events') }}
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

gaps as (
    select
        load_id,
        actor_id,
        occurred_at,
        lag(occurred_at) over (partition by load_id, actor_id order by occurred_at) as previous_at
    from accepted
),

numbered as (
    select
        load_id,
        actor_id,
        occurred_at,
        sum(case when occurred_at <= {{ add_minutes('previous_at', var('session_gap_minutes')) }} then 0 else 1 end)
            over (partition by load_id, actor_id order by occurred_at rows unbounded preceding)
            as run_number
    from gaps
),

runs as (
    select
        load_id,
        actor_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from numbered
    group by load_id, actor_id, run_number
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
