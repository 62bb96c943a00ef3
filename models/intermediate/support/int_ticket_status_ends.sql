with

-- how far a ticket has ended by its events: since the last one that opened it
events as (
    select
        source_system,
        ticket_id,
        {{ support_end_rank('event_meaning') }} as end_rank,
        row_number() over (
            partition by source_system, ticket_id order by happened_at, occurred_at, {{ place_in_source() }}
        ) as event_number
    from {{ ref('int_ticket_events') }}
    where uncounted_reason is null
),

openings as (
    select
        *,
        max(case when end_rank = 0 then event_number else 0 end) over (
            partition by source_system, ticket_id
        ) as last_opening
    from events
),

ended_by_events as (
    select
        source_system,
        ticket_id,
        max(end_rank) as end_rank
    from openings
    where event_number >= last_opening
    group by source_system, ticket_id
),

status_words as (
    {{ support_words('status') }}
),

versions as (
    select
        tickets.source_system,
        tickets.ticket_id,
        tickets.created_at,
        versions.updated_at,
        versions.is_deleted,
        case when versions.is_deleted then 'deleted' else status_words.meaning end as status_meaning
    from {{ ref('int_tickets') }} as tickets
    inner join {{ ref('int_support_tickets') }} as versions
        on
            tickets.source_system = versions.source_system
            and tickets.ticket_id = versions.ticket_id
    left join status_words on {{ folded('versions.status') }} = status_words.word
    where versions.row_outcome in ('accepted', 'superseded')
),

ranked as (
    select
        *,
        coalesce({{ support_end_rank('status_meaning') }}, 0) as end_rank
    from versions
),

runs as (
    select
        *,
        max(case when end_rank = 0 then updated_at end) over (
            partition by source_system, ticket_id
        ) as last_open_at
    from ranked
)

select
    runs.source_system,
    runs.ticket_id,
    runs.updated_at,
    runs.status_meaning,
    case when runs.is_deleted then 'deletion' else 'status' end as evidence,
    greatest(runs.updated_at, runs.created_at) as happened_at
from runs
left join ended_by_events
    on
        runs.source_system = ended_by_events.source_system
        and runs.ticket_id = ended_by_events.ticket_id
where
    runs.end_rank > coalesce(ended_by_events.end_rank, 0)
    and coalesce(runs.updated_at > runs.last_open_at, true)
