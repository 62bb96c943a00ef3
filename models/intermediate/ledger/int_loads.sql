with

loads as (
    select * from {{ ref('stg_landing__loads') }}
)

select
    load_id,
    entity,
    source_system,
    source_name,
    fingerprint,
    row_count,
    first_event_at,
    last_event_at,
    complete_until,
    landed_at
from loads
where undone_at is null
