with

judged as (
    {{ judged_rows('feedback_votes') }}
)

select
    -- ids
    request_id,
    account_id,
    person_id,
    load_id,
    landing_row,

    -- times
    created_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
