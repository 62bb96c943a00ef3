with

-- periods of the spine follow each other without a hole, so positions count them
periods as (
    select
        *,
        row_number() over (partition by period_type order by period_start) as period_position
    from {{ ref('int_usage_periods') }}
),

-- who is of a cohort was active in its period
cohorts as (
    select
        period_type,
        cohort_start,
        count(*) as cohort_people
    from {{ ref('int_person_periods') }}
    where period_start = cohort_start
    group by period_type, cohort_start
),

placed as (
    select
        cohorts.*,
        periods.period_position as cohort_position,
        periods.is_first_period
    from cohorts
    inner join periods
        on
            cohorts.period_type = periods.period_type
            and cohorts.cohort_start = periods.period_start
)

select
    placed.period_type,
    placed.cohort_start,
    placed.cohort_people,
    placed.is_first_period,
    periods.period_start,
    periods.is_complete,
    cast(periods.period_position - placed.cohort_position as integer) as period_number
from placed
inner join periods
    on
        placed.period_type = periods.period_type
        and placed.cohort_position <= periods.period_position
where periods.period_position - placed.cohort_position <= {{ retention_max_periods('placed.period_type') }}
