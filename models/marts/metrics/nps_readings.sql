select
    date_day,
    responses,
    nps,
    margin_of_error,
    is_small_sample,
    arr_weighted_nps,
    arr_weighted_margin_of_error,
    has_full_window,
    is_complete,
    {{ reading_columns('breakdown_type', 'breakdown_value', account_segment_types() + ['survey']) }}
from {{ ref('int_nps_scores') }}
