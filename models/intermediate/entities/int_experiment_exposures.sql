with

judged as (
    {{ judged_rows('experiment_exposures') }}
)

select
    -- ids
    experiment_id,
    subject_id,
    load_id,
    landing_row,

    -- text
    variant,

    -- times
    exposed_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
