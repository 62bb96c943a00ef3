-- Opened - solved + reopened - removed gives, on every date, the tickets that are open at its end.
with

openings as (
    select
        source_system,
        ticket_id,
        created_date as from_date,
        created_at as opened_at
    from {{ ref('int_tickets') }}
    union all
    select
        source_system,
        ticket_id,
        changed_date as from_date,
        changed_at as opened_at
    from {{ ref('int_ticket_state_changes') }}
    where change_type = 'reopened'
),

closings as (
    select
        source_system,
        ticket_id,
        changed_date as to_date,
        changed_at as closed_at
    from {{ ref('int_ticket_state_changes') }}
    where was_open
),

-- changes alternate, so the n-th opening ends with the n-th closing
numbered_openings as (
    select
        *,
        row_number() over (partition by source_system, ticket_id order by opened_at) as opening_number
    from openings
),

numbered_closings as (
    select
        *,
        row_number() over (partition by source_system, ticket_id order by closed_at) as closing_number
    from closings
),

open_spans as (
    select
        openings.ticket_id,
        openings.from_date,
        closings.to_date
    from numbered_openings as openings
    left join numbered_closings as closings
        on
            openings.source_system = closings.source_system
            and openings.ticket_id = closings.ticket_id
            and openings.opening_number = closings.closing_number
),

open_tickets as (
    select
        daily.date_day,
        daily.backlog,
        count(open_spans.ticket_id) as open_tickets
    from {{ ref('support_daily') }} as daily
    left join open_spans on {{ is_within('daily.date_day', 'open_spans.from_date', 'open_spans.to_date') }}
    group by daily.date_day, daily.backlog
)

select *
from open_tickets
where backlog <> open_tickets
