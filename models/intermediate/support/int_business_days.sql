with

hours as (
    select * from {{ ref('business_hours') }}
),

holidays as (
    select * from {{ ref('business_holidays') }}
),

bounds as (
    select
        cast(min(instant_at) as date) as first_date,
        cast(max(instant_at) as date) as last_date
    from {{ ref('int_support_instants') }}
),

-- a date of some time zone begins and ends up to a day before or after that of UTC
dates as (
    {{ dates_between(
        '(select ' ~ add_days('first_date', -1) ~ ' from bounds)',
        '(select ' ~ add_days('last_date', 1) ~ ' from bounds)'
    ) }}
),

stretches as (
    select
        dates.date_day,
        hours.timezone,
        {{ business_local_time('dates.date_day', 'hours.opens_at') }} as local_opens_at,
        {{ business_local_time('dates.date_day', 'hours.closes_at') }} as local_closes_at
    from dates
    inner join hours on {{ iso_weekday('dates.date_day') }} = hours.iso_weekday
    left join holidays on dates.date_day = holidays.holiday_date
    where holidays.holiday_date is null
),

instants as (
    select
        date_day,
        {{ instant_of_local_time('local_opens_at', 'timezone') }} as opens_at,
        {{ instant_of_local_time('local_closes_at', 'timezone') }} as closes_at
    from stretches
),

lengths as (
    select
        *,
        {{ microseconds_between('opens_at', 'closes_at') }} as microseconds
    from instants
)

select
    date_day,
    opens_at,
    closes_at,
    lead(opens_at) over (order by opens_at, closes_at) as next_opens_at,
    cast(sum(microseconds) over (order by opens_at, closes_at rows unbounded preceding) as bigint) - microseconds
        as microseconds_before
from lengths
