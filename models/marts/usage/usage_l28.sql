with

person_days as (
    select distinct
        person_id,
        activity_date
    from {{ ref('int_person_days') }}
),

-- an active date counts from itself on, and no longer once the window has passed it
movements as (
    select
        person_id,
        activity_date as date_day,
        1 as difference
    from person_days
    union all
    select
        person_id,
        {{ add_days('activity_date', var('window_days')) }} as date_day,
        -1 as difference
    from person_days
),

net_movements as (
    select
        person_id,
        date_day,
        sum(difference) as difference
    from movements
    group by person_id, date_day
    having sum(difference) <> 0
),

states as (
    select
        date_day,
        difference,
        sum(difference) over (partition by person_id order by date_day rows unbounded preceding) as active_days
    from net_movements
),

-- a person leaves one number of active days and enters another
shifts as (
    select
        date_day,
        active_days,
        1 as people
    from states
    union all
    select
        date_day,
        active_days - difference as active_days,
        -1 as people
    from states
),

net_shifts as (
    select
        date_day,
        active_days,
        sum(people) as people
    from shifts
    group by date_day, active_days
),

numbers as (
    {{ numbers_between(1, var('window_days')) }}
),

cells as (
    select
        dates.date_day,
        numbers.number as active_days,
        dates.has_full_window,
        dates.is_complete
    from {{ ref('int_usage_dates') }} as dates
    cross join numbers
)

select
    cells.date_day,
    cells.has_full_window,
    cells.is_complete,
    cast(cells.active_days as integer) as active_days,
    cast(sum(coalesce(net_shifts.people, 0)) over (
        partition by cells.active_days order by cells.date_day rows unbounded preceding
    ) as bigint) as people
from cells
left join net_shifts
    on
        cells.date_day = net_shifts.date_day
        and cells.active_days = net_shifts.active_days
