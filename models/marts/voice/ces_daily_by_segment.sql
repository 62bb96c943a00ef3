select
    date_day,
    breakdown_type as segment_type,
    breakdown_value as segment_value,
    responses,
    score_total,
    ces,
    scale_lowest,
    scale_highest,
    margin_of_error,
    is_small_sample,
    has_full_window,
    is_complete
from {{ ref('int_ces_scores') }}
where breakdown_type not in ('total', 'survey')
