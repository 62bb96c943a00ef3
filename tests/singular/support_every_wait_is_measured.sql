-- Every ticket created by the end of the last complete date has its four waits, unless it was merged or deleted, and
-- no other has one.
with

waits as (
    select
        source_system,
        ticket_id,
        count(*) as waits
    from {{ ref('int_ticket_waits') }}
    group by source_system, ticket_id
)

select
    tickets.source_system,
    tickets.ticket_id,
    tickets.is_complete,
    coalesce(waits.waits, 0) as waits
from {{ ref('support_tickets') }} as tickets
left join waits
    on
        tickets.source_system = waits.source_system
        and tickets.ticket_id = waits.ticket_id
where coalesce(waits.waits, 0) <> case when tickets.is_complete and tickets.removed_at is null then 4 else 0 end
