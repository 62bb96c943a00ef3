with

dates as (
    select * from {{ ref('int_voice_breakdown_dates') }}
    where survey_kind = 'nps'
),

answers as (
    select * from {{ ref('int_voice_breakdowns') }}
    where survey_kind = 'nps'
),

counted as (
    select
        breakdown_type,
        breakdown_value,
        date_day,
        count(*) as responses,
        count(case when category = 'promoter' then 1 end) as promoters,
        count(case when category = 'passive' then 1 end) as passives,
        count(case when category = 'detractor' then 1 end) as detractors,
        count(arr_weight) as arr_weighted_responses,
        {{ money_sum('arr_weight') }} as weight,
        {{ money_sum("case when category = 'promoter' then arr_weight else 0 end") }} as promoter_weight,
        {{ money_sum("case when category = 'detractor' then arr_weight else 0 end") }} as detractor_weight,
        {{ money_sum('arr_weight * arr_weight') }} as squared_weight
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
        coalesce(counted.promoters, 0) as promoters,
        coalesce(counted.passives, 0) as passives,
        coalesce(counted.detractors, 0) as detractors,
        coalesce(counted.arr_weighted_responses, 0) as arr_weighted_responses,
        counted.weight,
        counted.promoter_weight,
        counted.detractor_weight,
        {{ nps_effective_responses('counted.weight', 'counted.squared_weight') }} as effective_responses
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
    promoters,
    passives,
    detractors,
    {{ nps('promoters', 'detractors', 'responses') }} as nps,
    {{ nps_margin_of_error('promoters', 'detractors', 'responses', 'responses') }} as margin_of_error,
    {{ is_small_sample('responses') }} as is_small_sample,
    arr_weighted_responses,
    responses - arr_weighted_responses as responses_without_arr,
    effective_responses,
    {{ nps('promoter_weight', 'detractor_weight', 'weight') }} as arr_weighted_nps,
    {{ nps_margin_of_error('promoter_weight', 'detractor_weight', 'weight', 'effective_responses') }}
        as arr_weighted_margin_of_error,
    has_full_window,
    is_complete
from dense
