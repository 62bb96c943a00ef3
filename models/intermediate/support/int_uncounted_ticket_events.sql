select
    uncounted_reason,
    source_system,
    ticket_id,
    count(*) as event_count,
    min(occurred_at) as first_occurred_at,
    max(occurred_at) as last_occurred_at
from {{ ref('int_ticket_events') }}
where uncounted_reason is not null
group by uncounted_reason, source_system, ticket_id
