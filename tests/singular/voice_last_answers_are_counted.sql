-- NPS of the last complete date over again, without spans: each person's last answer of the window.
with

daily as (
    select
        date_day,
        responses,
        promoters,
        detractors,
        row_number() over (order by date_day desc nulls last) as dates_since
    from {{ ref('nps_daily') }}
    where is_complete
),

headline as (
    select * from daily
    where dates_since = 1
),

answers as (
    select
        headline.date_day,
        responses.category,
        row_number() over (
            partition by responses.person_id
            order by responses.responded_at desc nulls last, {{ place_in_source('responses', 'desc') }}
        ) as answers_since
    from {{ ref('int_voice_responses') }} as responses
    inner join headline
        on
            responses.response_date <= headline.date_day
            and responses.response_date > {{ add_days('headline.date_day', -1 * var('nps_window_days')) }}
    where responses.survey_kind = 'nps'
),

counted as (
    select
        count(*) as responses,
        count(case when category = 'promoter' then 1 end) as promoters,
        count(case when category = 'detractor' then 1 end) as detractors
    from answers
    where answers_since = 1
)

select
    headline.date_day,
    headline.responses,
    counted.responses as responses_counted,
    counted.promoters as promoters_counted,
    counted.detractors as detractors_counted
from headline
cross join counted
where
    headline.responses <> counted.responses
    or headline.promoters <> counted.promoters
    or headline.detractors <> counted.detractors
