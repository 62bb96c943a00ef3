with

tickets as (
    select * from {{ ref('int_tickets') }}
),

events as (
    select * from {{ ref('int_support_ticket_events') }}
    where
        row_outcome = 'accepted'
        and event_type in {{ support_state_events() }}
),

-- a ticket begins open, as if it had just been reopened
preceded as (
    select
        events.ticket_event_id,
        events.ticket_id,
        events.event_type,
        events.occurred_at,
        lag(events.event_type, 1, 'reopened') over (
            partition by events.ticket_id
            order by events.occurred_at, events.ticket_event_id
        ) as previous_event_type
    from events
    inner join tickets on events.ticket_id = tickets.ticket_id
    where events.occurred_at >= tickets.created_at
)

select
    ticket_event_id,
    ticket_id,
    event_type as change_type,
    occurred_at as changed_at,
    {{ local_date('occurred_at') }} as changed_date
from preceded
where event_type <> previous_event_type
