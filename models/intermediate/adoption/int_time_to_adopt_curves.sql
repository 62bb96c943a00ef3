with

observations as (
    select * from {{ ref('int_time_to_adopt') }}
),

curves as (
    {{ kaplan_meier('observations', ['feature_key']) }}
)

select * from curves
