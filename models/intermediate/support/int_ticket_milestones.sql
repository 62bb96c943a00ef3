with

tickets as (
    select * from {{ ref('int_tickets') }}
),

replies as (
    select
        source_system,
        ticket_id,
        min(happened_at) as first_reply_at
    from {{ ref('int_ticket_events') }}
    where
        uncounted_reason is null
        and {{ is_staff_reply('event_meaning', 'role_meaning') }}
    group by source_system, ticket_id
),

changes as (
    select
        *,
        row_number() over (partition by source_system, ticket_id order by move_number desc nulls last) as changes_since
    from {{ ref('int_ticket_state_changes') }}
),

of_tickets as (
    select
        source_system,
        ticket_id,
        count(case when change_type = 'solved' then 1 end) as solve_count,
        count(case when change_type in {{ support_removals() }} and was_open then 1 end) as removal_count,
        count(case when change_type = 'reopened' then 1 end) as reopen_count,
        min(case when change_type = 'solved' then changed_at end) as first_solved_at,
        min(case when change_type = 'solved' then move_number end) as first_solve,
        max(case when change_type = 'reopened' then move_number end) as last_opening
    from changes
    group by source_system, ticket_id
),

last_changes as (
    select * from changes
    where changes_since = 1
)

select
    tickets.source_system,
    tickets.ticket_id,
    tickets.created_at,
    tickets.created_date,
    replies.first_reply_at,
    of_tickets.first_solved_at,
    case when last_changes.change_type = 'solved' then last_changes.changed_at end as resolved_at,
    case when last_changes.change_type in {{ support_removals() }} then last_changes.changed_at end as removed_at,
    case when last_changes.change_type in {{ support_removals() }} then last_changes.change_type end as removed_as,
    {{ is_ticket_open('last_changes.change_type') }} as is_open,
    coalesce(last_changes.evidence = 'status', false) as is_ended_by_status,
    coalesce(of_tickets.last_opening > of_tickets.first_solve, false) as is_reopened,
    coalesce(of_tickets.solve_count, 0) as solve_count,
    coalesce(of_tickets.removal_count, 0) as removal_count,
    coalesce(of_tickets.reopen_count, 0) as reopen_count
from tickets
left join replies
    on
        tickets.source_system = replies.source_system
        and tickets.ticket_id = replies.ticket_id
left join of_tickets
    on
        tickets.source_system = of_tickets.source_system
        and tickets.ticket_id = of_tickets.ticket_id
left join last_changes
    on
        tickets.source_system = last_changes.source_system
        and tickets.ticket_id = last_changes.ticket_id
