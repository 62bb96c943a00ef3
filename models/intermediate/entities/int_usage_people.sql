with

judged as (
    {{ judged_rows('usage_people') }}
)

select
    -- ids
    person_id,
    account_id,
    load_id,
    landing_row,

    -- text
    email,
    role,

    -- times
    created_at,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
