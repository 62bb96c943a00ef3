select
    date_day,
    breakdown_value as survey_id,
    responses,
    promoters,
    passives,
    detractors,
    nps,
    margin_of_error,
    is_small_sample,
    arr_weighted_responses,
    responses_without_arr,
    effective_responses,
    arr_weighted_nps,
    arr_weighted_margin_of_error,
    has_full_window,
    is_complete
from {{ ref('int_nps_scores') }}
where breakdown_type = 'survey'
