with

source as (
    select * from {{ source('landing', 'tool_licences') }}
),

judged as (
    {{ judged_rows('tool_licences', 'source') }}
)

select * from judged
