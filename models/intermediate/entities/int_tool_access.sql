with

judged as (
    {{ judged_rows('tool_access') }}
)

select
    -- ids
    tool,
    person_id,
    load_id,
    landing_row,

    -- times
    accessed_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
