select
    date_day,
    rated,
    csat,
    margin_of_error,
    is_small_sample,
    has_full_window,
    is_complete,
    {{ reading_columns('breakdown_type', 'breakdown_value', account_segment_types()) }}
from {{ ref('int_csat_scores') }}
