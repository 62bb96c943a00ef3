with

dates as (
    select * from {{ ref('int_voice_breakdown_dates') }}
    where survey_kind = 'ces'
),

-- only whole scores are accepted
answers as (
    select
        *,
        cast(score as bigint) as whole_score
    from {{ ref('int_voice_breakdowns') }}
    where survey_kind = 'ces'
),

counted as (
    select
        breakdown_type,
        breakdown_value,
        date_day,
        cast(sum(whole_score) as bigint) as score_total,
        cast(sum(whole_score * whole_score) as bigint) as squared_score_total,
        count(*) as responses
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
        coalesce(counted.responses, 0) as responses,
        coalesce(counted.score_total, 0) as score_total,
        coalesce(counted.squared_score_total, 0) as squared_score_total
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
    responses,
    score_total,
    {{ ces('score_total', 'responses') }} as ces,
    cast({{ var('survey_scales').ces.lowest }} as integer) as scale_lowest,
    cast({{ var('survey_scales').ces.highest }} as integer) as scale_highest,
    {{ ces_margin_of_error('score_total', 'squared_score_total', 'responses') }} as margin_of_error,
    {{ is_small_sample('responses') }} as is_small_sample,
    has_full_window,
    is_complete
from dense
