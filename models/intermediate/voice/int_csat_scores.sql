with

dates as (
    select * from {{ ref('int_voice_breakdown_dates') }}
    where survey_kind = 'csat'
),

answers as (
    select * from {{ ref('int_voice_breakdowns') }}
    where survey_kind = 'csat'
),

counted as (
    select
        breakdown_type,
        breakdown_value,
        date_day,
        count(*) as rated,
        count(case when category = 'satisfied' then 1 end) as satisfied
    from answers
    group by breakdown_type, breakdown_value, date_day
),

dense as (
    select
        dates.breakdown_type,
        dates.breakdown_value,
        dates.date_day,
        dates.has_full_window,
        dates.is_complete,
        coalesce(counted.rated, 0) as rated,
        coalesce(counted.satisfied, 0) as satisfied
    from dates
    left join counted
        on
            dates.breakdown_type = counted.breakdown_type
            and dates.breakdown_value = counted.breakdown_value
            and dates.date_day = counted.date_day
)

select
    breakdown_type,
    breakdown_value,
    date_day,
    rated,
    satisfied,
    {{ csat('satisfied', 'rated') }} as csat,
    {{ csat_margin_of_error('satisfied', 'rated') }} as margin_of_error,
    {{ is_small_sample('rated') }} as is_small_sample,
    has_full_window,
    is_complete
from dense
