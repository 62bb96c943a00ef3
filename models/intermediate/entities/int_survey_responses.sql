with

judged as (
    {{ judged_rows('survey_responses') }}
)

select
    -- ids
    response_id,
    invitation_id,
    survey_id,
    person_id,
    account_id,
    load_id,
    landing_row,

    -- text
    survey_kind,
    comment,

    -- numbers
    score,

    -- times
    responded_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
