with

dated as (
    select date_day from {{ ref('int_usage_dates') }}
    union all
    select date_day from {{ ref('int_voice_dates') }}
    union all
    select date_day from {{ ref('int_support_dates') }}
),

bounds as (
    select
        min(date_day) as first_date,
        max(date_day) as last_date
    from dated
),

dates as (
    {{ dates_between('(select first_date from bounds)', '(select last_date from bounds)') }}
)

select
    date_day,
    {{ period_start("'week'", 'date_day') }} as week_start,
    {{ period_start("'month'", 'date_day') }} as month_start,
    {{ period_start("'quarter'", 'date_day') }} as quarter_start,
    cast(extract(isodow from date_day) as integer) as iso_weekday,
    extract(isodow from date_day) >= 6 as is_weekend
from dates
