select
    date_day,
    breakdown_type as segment_type,
    breakdown_value as segment_value,
    rated,
    satisfied,
    csat,
    margin_of_error,
    is_small_sample,
    has_full_window,
    is_complete
from {{ ref('int_csat_scores') }}
where breakdown_type not in ('total', 'survey')
