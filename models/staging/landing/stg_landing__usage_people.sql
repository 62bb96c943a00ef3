with

source as (
    select * from {{ source('landing', 'usage_people') }}
),

judged as (
    {{ judged_rows('usage_people', 'source') }}
)

select * from judged
