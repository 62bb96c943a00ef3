with

-- who comes back after the last complete date is not known of everyone yet, so it does not count
last_dates as (
    select
        person_id,
        max(activity_date) as last_date
    from {{ ref('int_person_days') }}
    where activity_date <= {{ as_of_date('usage') }}
    group by person_id
),

members as (
    select distinct
        period_type,
        person_id,
        cohort_start
    from {{ ref('int_person_periods') }}
),

last_periods as (
    select
        members.period_type,
        members.cohort_start,
        {{ period_start('members.period_type', 'last_dates.last_date') }} as last_period_start
    from members
    inner join last_dates on members.person_id = last_dates.person_id
)

select
    period_type,
    cohort_start,
    last_period_start,
    count(*) as people
from last_periods
group by period_type, cohort_start, last_period_start
