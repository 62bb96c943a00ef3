with

judged as (
    {{ judged_rows('crm_opportunities') }}
)

select
    -- ids
    opportunity_id,
    account_id,
    referred_by_account_id,
    load_id,
    landing_row,

    -- text
    opportunity_type,
    stage,
    currency,

    -- numbers
    amount,

    -- booleans
    is_won,

    -- times
    created_at,
    closed_at,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
