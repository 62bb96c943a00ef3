with

judged as (
    {{ judged_rows('tool_licences') }}
)

select
    -- ids
    tool,
    load_id,
    landing_row,

    -- text
    owner,
    category,
    currency,

    -- numbers
    seats,
    annual_cost,

    -- times
    renews_on,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
