{{ config(
    materialized='incremental',
    incremental_strategy='append',
    meta={'built_with': ['clock_tolerance_minutes', 'reporting_timezone', 'earliest_date']}
) }}

{% if is_incremental() -%}
{# of sound events: a clock that is a year ahead would have every later event compared #}
{%- set new_events = ref('stg_landing__usage_events') ~ ' where rejection_reason is null and ' ~ is_new_load() -%}
{%- set first_new_at = scalar('select min(occurred_at) from ' ~ new_events, 'timestamp') -%}
{%- set last_new_at = scalar('select max(occurred_at) from ' ~ new_events, 'timestamp') -%}
{%- set loads_to_compare = whole_numbers(
    'select distinct load_id from ' ~ this
    ~ ' where first_event_at <= ' ~ last_new_at ~ ' and last_event_at >= ' ~ first_new_at
) -%}
{%- endif -%}

with

new_events as (
    select
        load_id,
        landing_row,
        event_id,
        occurred_at,
        {{ hash_of('actor_id, account_id, event_name, platform, properties') }} as content_hash
    from {{ ref('stg_landing__usage_events') }}
    where
        rejection_reason is null
        and {{ is_new_load() }}
),

{% if is_incremental() -%}
earlier_events as (
    select
        load_id,
        landing_row,
        event_id,
        occurred_at,
        {{ hash_of('actor_id, account_id, event_name, platform, properties') }} as content_hash
    from {{ ref('stg_landing__usage_events') }}
    where
        rejection_reason is null
        -- a repeat has the time of the event that it repeats, so files of other times stay closed
        and load_id in {{ loads_to_compare }}
        and occurred_at >= {{ first_new_at }}
        and occurred_at <= {{ last_new_at }}
        and {{ hash_of('event_id') }} in (select {{ hash_of('event_id') }} from new_events)
),
{% endif %}

compared_events as (
    select * from new_events
    {%- if is_incremental() %}
    union all
    select * from earlier_events
    {%- endif %}
),

-- ranking only the ids that come more than once spares the memory of ranking the whole history
repeated_ids as (
    select {{ hash_of('event_id') }} as event_hash
    from compared_events
    group by {{ hash_of('event_id') }}
    having count(*) > 1
),

ranked as (
    select
        events.load_id,
        events.landing_row,
        events.content_hash,
        row_number() over repeats as repeat_number,
        first_value(events.content_hash) over repeats as counting_content_hash
    from compared_events as events
    inner join {{ ref('int_loads') }} as loads
        on
            events.load_id = loads.load_id
            and loads.entity = 'usage_events'
    where {{ hash_of('events.event_id') }} in (select repeated_ids.event_hash from repeated_ids)
    window repeats as (
        partition by loads.source_system, events.event_id, events.occurred_at
        order by events.load_id, events.landing_row
    )
),

new_loads as (
    select
        load_id,
        fingerprint as load_fingerprint
    from {{ ref('int_loads') }}
    where
        entity = 'usage_events'
        and {{ is_new_load() }}
),

spans as (
    select
        load_id,
        min(occurred_at) as first_event_at,
        max(occurred_at) as last_event_at
    from new_events
    group by load_id
)

-- a load without duplicates has a row of its own, so that it is not read again
select
    new_loads.load_id,
    new_loads.load_fingerprint,
    '{{ built_with_of_model() }}' as built_with,
    spans.first_event_at,
    spans.last_event_at,
    duplicates.landing_row,
    duplicates.content_hash <> duplicates.counting_content_hash as is_conflicting
from new_loads
left join spans on new_loads.load_id = spans.load_id
left join ranked as duplicates
    on
        new_loads.load_id = duplicates.load_id
        and duplicates.repeat_number > 1
