{{ config(
    materialized='incremental',
    incremental_strategy='append',
    meta={'built_with': ['clock_tolerance_minutes']}
) }}

with

new_events as (
    select
        load_id,
        landing_row,
        event_id,
        occurred_at
    from {{ ref('int_usage_events') }}
    where
        rejection_reason is null
        and {{ is_new_load() }}
),

{% if is_incremental() %}

earlier_events as (
    select
        load_id,
        landing_row,
        event_id,
        occurred_at
    from {{ ref('int_usage_events') }}
    where
        rejection_reason is null
        and load_id <= {{ taken_in_until() }}
        -- a repeat has the time of the event that it repeats
        and occurred_at >= {{ new_events_bound('first_event_at') }}
        and occurred_at <= {{ new_events_bound('last_event_at') }}
        and {{ hash_of('event_id') }} in (select {{ hash_of('event_id') }} from new_events)
),

compared_events as (
    select * from new_events
    union all
    select * from earlier_events
),

{% else %}

compared_events as (
    select * from new_events
),

{% endif %}

-- ranking only the ids that come more than once spares the memory of ranking the whole history
repeated_ids as (
    select {{ hash_of('event_id') }} as event_hash
    from compared_events
    group by {{ hash_of('event_id') }}
    having count(*) > 1
),

ranked as (
    select
        load_id,
        landing_row,
        row_number() over (partition by event_id, occurred_at order by load_id, landing_row) as repeat_number
    from compared_events
    where {{ hash_of('event_id') }} in (select repeated_ids.event_hash from repeated_ids)
),

duplicates as (
    select
        load_id,
        landing_row
    from ranked
    where repeat_number > 1
),

new_loads as (
    select
        load_id,
        fingerprint as load_fingerprint
    from {{ ref('int_loads') }}
    where
        entity = 'usage_events'
        and {{ is_new_load() }}
)

-- a load without duplicates has a row of its own, so that it is not read again
select
    new_loads.load_id,
    new_loads.load_fingerprint,
    '{{ built_with_of_model() }}' as built_with,
    duplicates.landing_row
from new_loads
left join duplicates on new_loads.load_id = duplicates.load_id
