select
    date_day,
    responses,
    ces,
    margin_of_error,
    is_small_sample,
    has_full_window,
    is_complete,
    {{ reading_columns('breakdown_type', 'breakdown_value', account_segment_types()) }}
from {{ ref('int_ces_scores') }}
