with

source as (
    select * from {{ source('landing', 'experiments') }}
),

judged as (
    {{ judged_rows('experiments', 'source') }}
)

select * from judged
