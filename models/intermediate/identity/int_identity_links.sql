with

identities as (
    select * from {{ ref('int_usage_identities') }}
    where
        row_outcome = 'accepted'
        and not {{ is_placeholder('person_id') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by actor_id
            order by linked_at, person_id, {{ place_in_source() }}
        ) as link_number
    from identities
),

links as (
    select * from ranked
    where
        link_number = 1
        and actor_id <> person_id
),

followed as (
    {{ followed_links('links') }}
),

-- a person that is an actor after all that following is on a cycle
cycles as (
    select distinct person_id as actor_id
    from followed
)

select
    links.actor_id,
    links.person_id,
    links.linked_at,
    links.load_id,
    links.landing_row,
    followed.load_id as chain_load_id,
    cycles.actor_id is not null as is_on_cycle
from links
inner join followed on links.actor_id = followed.actor_id
left join cycles on links.actor_id = cycles.actor_id
