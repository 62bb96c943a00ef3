with

sessions as (
    select
        session_date,
        person_id,
        {{ microseconds_between('started_at', 'ended_at') }} as microseconds
    from {{ ref('int_sessions') }}
),

daily as (
    select
        session_date,
        count(*) as sessions,
        count(distinct person_id) as people_with_sessions,
        {{ minutes_of('sum(microseconds)') }} as session_minutes,
        {{ minutes_of(median('microseconds')) }} as median_session_minutes
    from sessions
    group by session_date
)

select
    dates.date_day,
    dates.is_complete,
    daily.median_session_minutes,
    coalesce(daily.sessions, 0) as sessions,
    coalesce(daily.people_with_sessions, 0) as people_with_sessions,
    coalesce(daily.session_minutes, 0) as session_minutes,
    daily.session_minutes / daily.sessions as mean_session_minutes
from {{ ref('int_usage_dates') }} as dates
left join daily on dates.date_day = daily.session_date
