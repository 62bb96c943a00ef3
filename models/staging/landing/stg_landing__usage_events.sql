with

source as (
    select * from {{ source('landing', 'usage_events') }}
),

judged as (
    {{ judged_rows('usage_events', 'source') }}
)

select * from judged
