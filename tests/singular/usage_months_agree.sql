-- Three marts count the people of calendar months: active ones, and new ones as cohorts.
with

lifecycle as (
    select * from {{ ref('usage_lifecycle') }}
    where period_type = 'month'
),

cohorts as (
    select
        cohort_start,
        cohort_people
    from {{ ref('usage_retention') }}
    where period_type = 'month' and period_number = 0
)

select
    monthly.month_start,
    monthly.active_people_month,
    lifecycle.active_people,
    lifecycle.new_people,
    cohorts.cohort_people
from {{ ref('usage_monthly') }} as monthly
full outer join lifecycle on monthly.month_start = lifecycle.period_start
full outer join cohorts on monthly.month_start = cohorts.cohort_start
where not coalesce(
    monthly.active_people_month = lifecycle.active_people
    and lifecycle.new_people = coalesce(cohorts.cohort_people, 0)
    and monthly.is_complete = lifecycle.is_complete,
    false
)
