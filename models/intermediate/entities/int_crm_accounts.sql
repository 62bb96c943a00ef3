with

judged as (
    {{ judged_rows('crm_accounts') }}
)

select
    -- ids
    account_id,
    parent_account_id,
    load_id,
    landing_row,

    -- text
    account_name,
    size_segment,
    industry,
    region,
    owner,

    -- times
    created_at,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
