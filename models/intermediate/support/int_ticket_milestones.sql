with

tickets as (
    select * from {{ ref('int_tickets') }}
),

replies as (
    select
        tickets.ticket_id,
        min(events.occurred_at) as first_reply_at
    from tickets
    inner join {{ ref('int_support_ticket_events') }} as events on tickets.ticket_id = events.ticket_id
    where
        events.row_outcome = 'accepted'
        and {{ is_staff_reply('events.event_type', 'events.actor_role') }}
        and events.occurred_at >= tickets.created_at
    group by tickets.ticket_id
),

changes as (
    select
        ticket_id,
        count(case when change_type = 'solved' then 1 end) as solve_count,
        count(case when change_type = 'reopened' then 1 end) as reopen_count,
        min(case when change_type = 'solved' then changed_at end) as first_solved_at,
        max(case when change_type = 'solved' then changed_at end) as last_solved_at
    from {{ ref('int_ticket_state_changes') }}
    group by ticket_id
),

milestones as (
    select
        tickets.ticket_id,
        tickets.created_at,
        tickets.created_date,
        replies.first_reply_at,
        changes.first_solved_at,
        changes.last_solved_at,
        coalesce(changes.solve_count, 0) as solve_count,
        coalesce(changes.reopen_count, 0) as reopen_count
    from tickets
    left join replies on tickets.ticket_id = replies.ticket_id
    left join changes on tickets.ticket_id = changes.ticket_id
)

select
    ticket_id,
    created_at,
    created_date,
    first_reply_at,
    first_solved_at,
    case when not {{ is_ticket_open('solve_count', 'reopen_count') }} then last_solved_at end as resolved_at,
    {{ is_ticket_open('solve_count', 'reopen_count') }} as is_open,
    solve_count,
    reopen_count
from milestones
