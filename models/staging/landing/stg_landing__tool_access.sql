with

source as (
    select * from {{ source('landing', 'tool_access') }}
),

judged as (
    {{ judged_rows('tool_access', 'source') }}
)

select * from judged
