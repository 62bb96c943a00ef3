with

tickets as (
    select * from {{ ref('int_tickets') }}
),

-- what was merged or deleted is in no waiting time
milestones as (
    select
        *,
        case when removed_at is null then first_reply_at end as timed_reply_at
    from {{ ref('int_ticket_milestones') }}
),

clock as (
    select * from {{ ref('int_business_clock') }}
),

spans as (
    select * from {{ ref('int_account_spans') }}
)

select
    tickets.source_system,
    tickets.ticket_id,
    tickets.account_id,
    {{ person_id_in_marts('tickets.requester_id') }} as requester_id,
    tickets.category,
    tickets.feature_key,
    tickets.priority,
    tickets.status,
    tickets.created_at,
    tickets.created_date,
    milestones.first_reply_at,
    {{ minutes_between('tickets.created_at', 'milestones.timed_reply_at') }} as first_reply_minutes,
    {{ business_minutes('clock_at_creation.reading', 'clock_at_reply.reading') }} as first_reply_business_minutes,
    milestones.first_solved_at,
    milestones.resolved_at,
    {{ minutes_between('tickets.created_at', 'milestones.resolved_at') }} as resolution_minutes,
    {{ business_minutes('clock_at_creation.reading', 'clock_at_resolution.reading') }} as resolution_business_minutes,
    milestones.removed_at,
    milestones.removed_as,
    milestones.is_open,
    milestones.is_ended_by_status,
    milestones.solve_count,
    milestones.reopen_count,
    cast(tickets.csat_score as integer) as csat_score,
    {{ segment_columns('spans') }},
    tickets.account_id is null as is_without_account,
    {{ is_complete('tickets.created_date', 'support') }} as is_complete
from tickets
inner join milestones
    on
        tickets.source_system = milestones.source_system
        and tickets.ticket_id = milestones.ticket_id
inner join clock as clock_at_creation on tickets.created_at = clock_at_creation.instant_at
left join clock as clock_at_reply on milestones.timed_reply_at = clock_at_reply.instant_at
left join clock as clock_at_resolution on milestones.resolved_at = clock_at_resolution.instant_at
left join spans
    on
        tickets.account_id = spans.account_id
        and {{ is_within('tickets.created_date', 'spans.valid_from_date', 'spans.valid_to_date') }}
