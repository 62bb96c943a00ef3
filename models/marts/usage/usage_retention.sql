with

cells as (
    select * from {{ ref('int_retention_cells') }}
),

last_periods as (
    select * from {{ ref('int_cohort_last_periods') }}
),

active as (
    select
        period_type,
        cohort_start,
        period_start,
        count(*) as people
    from {{ ref('int_person_periods') }}
    group by period_type, cohort_start, period_start
),

active_on_or_after as (
    select
        cells.period_type,
        cells.cohort_start,
        cells.period_start,
        sum(last_periods.people) as people
    from cells
    inner join last_periods
        on
            cells.period_type = last_periods.period_type
            and cells.cohort_start = last_periods.cohort_start
            and cells.period_start <= last_periods.last_period_start
    group by cells.period_type, cells.cohort_start, cells.period_start
),

counted as (
    select
        cells.*,
        case when cells.is_complete then coalesce(active.people, 0) end as retained_people,
        case when cells.is_complete then coalesce(active_on_or_after.people, 0) end as retained_on_or_after_people
    from cells
    left join active
        on
            cells.period_type = active.period_type
            and cells.cohort_start = active.cohort_start
            and cells.period_start = active.period_start
    left join active_on_or_after
        on
            cells.period_type = active_on_or_after.period_type
            and cells.cohort_start = active_on_or_after.cohort_start
            and cells.period_start = active_on_or_after.period_start
)

select
    period_type,
    cohort_start,
    period_number,
    cohort_people,
    retained_people,
    is_complete,
    is_first_period as is_left_censored,
    cast(retained_people as double precision) / cohort_people as retention_rate,
    cast(retained_on_or_after_people as bigint) as retained_on_or_after_people,
    cast(retained_on_or_after_people as double precision) / cohort_people as on_or_after_rate,
    case
        when is_complete
            then cast({{ days_between('period_start', as_of_date('usage')) }} as integer)
    end as followup_days
from counted
