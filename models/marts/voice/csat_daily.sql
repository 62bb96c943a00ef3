select
    date_day,
    rated,
    satisfied,
    csat,
    margin_of_error,
    is_small_sample,
    has_full_window,
    is_complete
from {{ ref('int_csat_scores') }}
where breakdown_type = 'total'
