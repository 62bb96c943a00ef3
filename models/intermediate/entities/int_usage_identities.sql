with

judged as (
    {{ judged_rows('usage_identities') }}
)

select
    -- ids
    actor_id,
    person_id,
    load_id,
    landing_row,

    -- times
    linked_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
