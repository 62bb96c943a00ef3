with

tickets as (
    select * from {{ ref('int_tickets') }}
),

moves as (
    select
        source_system,
        ticket_id,
        event_meaning as change_type,
        happened_at,
        occurred_at,
        source_order,
        load_id,
        landing_row,
        'event' as evidence
    from {{ ref('int_ticket_events') }}
    where uncounted_reason is null
    union all
    select
        source_system,
        ticket_id,
        status_meaning as change_type,
        happened_at,
        updated_at as occurred_at,
        cast(null as bigint) as source_order,
        cast(null as bigint) as load_id,
        cast(null as bigint) as landing_row,
        evidence
    from {{ ref('int_ticket_status_ends') }}
),

-- at one instant what the versions of a ticket say comes after its events
numbered as (
    select
        moves.*,
        {{ support_end_rank('moves.change_type') }} as end_rank,
        row_number() over (
            partition by moves.source_system, moves.ticket_id
            order by
                moves.happened_at,
                case when moves.evidence = 'event' then 0 else 1 end,
                moves.occurred_at,
                {{ place_in_source('moves') }}
        ) as move_number
    from moves
    inner join tickets
        on
            moves.source_system = tickets.source_system
            and moves.ticket_id = tickets.ticket_id
    where {{ support_end_rank('moves.change_type') }} is not null
),

-- each opening begins a spell, in which the ticket ends further and further
spells as (
    select
        *,
        sum(case when end_rank = 0 then 1 else 0 end) over (
            partition by source_system, ticket_id order by move_number rows unbounded preceding
        ) as spell
    from numbered
),

states as (
    select
        *,
        max(end_rank) over (
            partition by source_system, ticket_id, spell order by move_number rows unbounded preceding
        ) as rank_after
    from spells
),

-- a ticket begins open
preceded as (
    select
        *,
        lag(rank_after, 1, 0) over (partition by source_system, ticket_id order by move_number) as rank_before
    from states
)

select
    source_system,
    ticket_id,
    move_number,
    change_type,
    evidence,
    happened_at as changed_at,
    {{ local_date('happened_at') }} as changed_date,
    rank_before = 0 as was_open
from preceded
where rank_after <> rank_before
