with

events as (
    select * from {{ ref('int_support_ticket_events') }}
    where row_outcome = 'accepted'
),

tickets as (
    select * from {{ ref('int_support_tickets') }}
    where row_outcome = 'accepted'
),

event_words as (
    {{ support_words('event') }}
),

role_words as (
    {{ support_words('role') }}
)

select
    events.source_system,
    events.ticket_event_id,
    events.ticket_id,
    event_words.meaning as event_meaning,
    role_words.meaning as role_meaning,
    events.occurred_at,
    -- clocks differ: a moment before its ticket is at its creation
    greatest(events.occurred_at, tickets.created_at) as happened_at,
    case
        when tickets.ticket_id is null then 'unknown_ticket'
        when events.occurred_at < {{ add_minutes('tickets.created_at', -1 * var('clock_tolerance_minutes')) }}
            then 'before_ticket'
    end as uncounted_reason,
    events.source_order,
    events.load_id,
    events.landing_row
from events
left join tickets
    on
        events.source_system = tickets.source_system
        and events.ticket_id = tickets.ticket_id
left join event_words on {{ folded('events.event_type') }} = event_words.word
left join role_words on {{ folded('events.actor_role') }} = role_words.word
