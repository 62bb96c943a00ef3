with

judged as (
    {{ judged_rows('support_tickets') }}
)

select
    -- ids
    ticket_id,
    account_id,
    requester_id,
    load_id,
    landing_row,

    -- text
    subject,
    category,
    feature_key,
    priority,
    status,

    -- numbers
    csat_score,

    -- times
    created_at,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
