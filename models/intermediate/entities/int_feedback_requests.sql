with

judged as (
    {{ judged_rows('feedback_requests') }}
)

select
    -- ids
    request_id,
    load_id,
    landing_row,

    -- text
    title,
    feature_key,
    status,

    -- times
    created_at,
    shipped_at,
    closed_loop_at,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
