with

judged as (
    {{ judged_rows('support_ticket_events') }}
)

select
    -- ids
    ticket_event_id,
    ticket_id,
    load_id,
    landing_row,

    -- text
    event_type,
    actor_role,

    -- times
    occurred_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
