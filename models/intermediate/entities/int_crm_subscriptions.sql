with

judged as (
    {{ judged_rows('crm_subscriptions') }}
)

select
    -- ids
    subscription_id,
    account_id,
    load_id,
    landing_row,

    -- text
    plan,
    currency,

    -- numbers
    seats,
    mrr,

    -- booleans
    is_trial,

    -- times
    started_at,
    ended_at,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
