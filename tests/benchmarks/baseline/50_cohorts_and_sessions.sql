-- The usage marts by period, and sessions.
create temp table person_periods as
select distinct period_type, person, date_trunc(period_type, activity_date)::date as period_start
from unique_person_days, unnest(['day', 'week', 'month']) as types(period_type);

create temp table placed_periods as
select period_type, person, position, min(position) over (partition by period_type, person) as cohort
from person_periods
inner join periods using (period_type, period_start);

create temp table lifecycle as
with states as (
    select
        period_type,
        position,
        case
            when position = cohort then 'new'
            when lag(position) over of_person = position - 1 then 'retained'
            else 'resurrected'
        end as state,
        coalesce(lead(position) over of_person > position + 1, true) as is_dormant_next
    from placed_periods
    where period_type <> 'day'
    window of_person as (partition by period_type, person order by position)
)

select
    period_type,
    position,
    count(*) filter (state <> 'dormant') as active_people,
    count(*) filter (state = 'new') as new_people,
    count(*) filter (state = 'retained') as retained_people,
    count(*) filter (state = 'resurrected') as resurrected_people,
    count(*) filter (state = 'dormant') as dormant_people
from (
    select period_type, position, state from states
    union all
    select period_type, position + 1, 'dormant' from states where is_dormant_next
)
group by all;

create table usage_lifecycle as
select
    period_type,
    period_start,
    coalesce(active_people, 0) as active_people,
    coalesce(new_people, 0) as new_people,
    coalesce(retained_people, 0) as retained_people,
    coalesce(resurrected_people, 0) as resurrected_people,
    coalesce(dormant_people, 0) as dormant_people,
    (new_people + resurrected_people) / nullif(dormant_people, 0) as quick_ratio,
    is_complete
from periods
left join lifecycle using (period_type, position)
where period_type <> 'day';

create table usage_retention as
with active as (
    select period_type, cohort, position, count(*) as people
    from placed_periods
    group by all
),

-- by the last complete date on which somebody was active
last_active as (
    select period_type, cohort, last_position, count(*) as people
    from (
        select
            period_type,
            person,
            any_value(cohort) as cohort,
            max(placed.position) as last_position
        from placed_periods as placed
        inner join periods using (period_type, position)
        inner join (
            select person, max(activity_date) as last_date
            from unique_person_days
            where is_complete(activity_date)
            group by all
        ) using (person)
        where period_start <= last_date
        group by all
    )
    group by all
),

cells as (
    select
        cohorts.period_type,
        cohort,
        cohorts.people as cohort_people,
        periods.position,
        period_start,
        is_complete
    from active as cohorts
    inner join periods
        on
            cohorts.period_type = periods.period_type
            and periods.position >= cohort
            and periods.position - cohort <= case cohorts.period_type when 'day' then 90 when 'week' then 52 else 24 end
    where cohorts.position = cohort
),

later as (
    select cells.period_type, cells.cohort, cells.position, sum(people) as people
    from cells
    inner join last_active
        on
            cells.period_type = last_active.period_type
            and cells.cohort = last_active.cohort
            and cells.position <= last_position
    group by all
)

select
    period_type,
    cohorts.period_start as cohort_start,
    (cells.position - cohort)::integer as period_number,
    cohort_people,
    if(cells.is_complete, coalesce(active.people, 0), null) as retained_people,
    retained_people / cohort_people as retention_rate,
    if(cells.is_complete, coalesce(later.people, 0), null)::bigint as retained_on_or_after_people,
    retained_on_or_after_people / cohort_people as on_or_after_rate,
    if(cells.is_complete, getvariable('as_of_date') - cells.period_start, null)::integer as followup_days,
    cells.is_complete,
    cohort = 1 as is_left_censored
from cells
left join active using (period_type, cohort, position)
left join later using (period_type, cohort, position)
inner join periods as cohorts
    on cells.period_type = cohorts.period_type and cohort = cohorts.position;

create table usage_sessions_daily as
with cuts as (
    select
        person,
        started_at,
        ended_at,
        unnest(range(date_diff('microsecond', started_at, ended_at) // 86400000000 + 1)) as number
    from actor_runs
    inner join actors using (actor_id)
),

pieces as (
    select
        person,
        started_at + number * interval 24 hours as piece_started_at,
        date_diff(
            'microsecond', piece_started_at, least(ended_at, piece_started_at + interval 24 hours)
        ) / 60000000.0 as minutes
    from cuts
),

daily as (
    select
        piece_started_at::date as date_day,
        count(*) as sessions,
        count(distinct person) as people_with_sessions,
        sum(minutes) as session_minutes,
        median(minutes) as median_session_minutes
    from pieces
    group by all
)

select
    date_day,
    coalesce(sessions, 0) as sessions,
    coalesce(people_with_sessions, 0) as people_with_sessions,
    coalesce(session_minutes, 0) as session_minutes,
    session_minutes / sessions as mean_session_minutes,
    median_session_minutes,
    is_complete
from dates
left join daily using (date_day);
