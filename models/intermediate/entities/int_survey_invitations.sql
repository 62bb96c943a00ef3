with

judged as (
    {{ judged_rows('survey_invitations') }}
)

select
    -- ids
    invitation_id,
    survey_id,
    person_id,
    account_id,
    load_id,
    landing_row,

    -- text
    survey_kind,

    -- times
    sent_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
