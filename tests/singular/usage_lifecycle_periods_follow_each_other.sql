-- Who was active in a period is, in the next one, retained or dormant.
with

sequences as (
    select
        period_type,
        period_start,
        retained_people,
        dormant_people,
        lag(active_people, 1, 0) over (partition by period_type order by period_start) as previous_active_people
    from {{ ref('usage_lifecycle') }}
)

select *
from sequences
where previous_active_people <> retained_people + dormant_people
