with

judged as (
    {{ judged_rows('experiments') }}
)

select
    -- ids
    experiment_id,
    load_id,
    landing_row,

    -- text
    experiment_name,
    hypothesis,
    owner,
    surface,
    primary_metric,
    variants,
    status,
    decision,

    -- times
    planned_start,
    planned_end,
    updated_at,
    received_at,

    -- judgement
    raw_text,
    rejection_reason,
    row_outcome
from judged
