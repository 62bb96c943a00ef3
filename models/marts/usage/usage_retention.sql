with

person_periods as (
    select * from {{ ref('int_person_periods') }}
),

periods as (
    select
        *,
        row_number() over (partition by period_type order by period_start) as period_position
    from {{ ref('int_usage_periods') }}
),

-- periods of the spine follow each other without a hole, so positions count them
active as (
    select
        person_periods.period_type,
        person_periods.cohort_start,
        periods.period_position,
        count(*) as retained_people
    from person_periods
    inner join periods
        on
            person_periods.period_type = periods.period_type
            and person_periods.period_start = periods.period_start
    group by person_periods.period_type, person_periods.cohort_start, periods.period_position
),

last_active as (
    select
        last_periods.period_type,
        last_periods.cohort_start,
        periods.period_position as last_position,
        last_periods.people
    from {{ ref('int_cohort_last_periods') }} as last_periods
    inner join periods
        on
            last_periods.period_type = periods.period_type
            and last_periods.last_period_start = periods.period_start
),

cohorts as (
    select
        active.period_type,
        active.cohort_start,
        active.retained_people as cohort_people,
        periods.period_position,
        periods.is_first_period
    from active
    inner join periods
        on
            active.period_type = periods.period_type
            and active.cohort_start = periods.period_start
            and active.period_position = periods.period_position
),

cells as (
    select
        cohorts.*,
        periods.period_start,
        periods.is_complete,
        periods.period_position as cell_position,
        periods.period_position - cohorts.period_position as period_number
    from cohorts
    inner join periods
        on
            cohorts.period_type = periods.period_type
            and cohorts.period_position <= periods.period_position
    where periods.period_position - cohorts.period_position <= {{ retention_max_periods('cohorts.period_type') }}
),

retained_on_or_after as (
    select
        cells.period_type,
        cells.cohort_start,
        cells.period_number,
        sum(last_active.people) as people
    from cells
    inner join last_active
        on
            cells.period_type = last_active.period_type
            and cells.cohort_start = last_active.cohort_start
            and cells.cell_position <= last_active.last_position
    group by cells.period_type, cells.cohort_start, cells.period_number
),

counted as (
    select
        cells.*,
        case when cells.is_complete then coalesce(active.retained_people, 0) end as retained_people,
        case when cells.is_complete then coalesce(retained_on_or_after.people, 0) end as retained_on_or_after_people
    from cells
    left join active
        on
            cells.period_type = active.period_type
            and cells.cohort_start = active.cohort_start
            and cells.cell_position = active.period_position
    left join retained_on_or_after
        on
            cells.period_type = retained_on_or_after.period_type
            and cells.cohort_start = retained_on_or_after.cohort_start
            and cells.period_number = retained_on_or_after.period_number
)

select
    period_type,
    cohort_start,
    cohort_people,
    retained_people,
    is_complete,
    is_first_period as is_left_censored,
    cast(period_number as integer) as period_number,
    cast(retained_people as double) / cohort_people as retention_rate,
    cast(retained_on_or_after_people as bigint) as retained_on_or_after_people,
    cast(retained_on_or_after_people as double) / cohort_people as on_or_after_rate,
    case
        when is_complete
            then cast({{ days_between('period_start', as_of_date('usage')) }} as integer)
    end as followup_days
from counted
