with

source as (
    select * from {{ source('landing', 'experiment_exposures') }}
),

judged as (
    {{ judged_rows('experiment_exposures', 'source') }}
)

select * from judged
