with

segments as (
    select distinct
        segment_type,
        segment_value
    from {{ ref('int_person_segment_days') }}
)

select
    dates.date_day,
    segments.segment_type,
    segments.segment_value,
    dates.has_full_window,
    dates.is_complete
from {{ ref('int_usage_dates') }} as dates
cross join segments
