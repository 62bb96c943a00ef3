with recursive

ranked as (
    select
        actor_id,
        person_id,
        linked_at,
        load_id,
        landing_row,
        row_number() over (partition by actor_id order by linked_at, person_id) as link_number
    from {{ ref('int_usage_identities') }}
    where row_outcome = 'accepted'
),

links as (
    select
        actor_id,
        person_id,
        linked_at,
        load_id,
        landing_row
    from ranked
    where
        link_number = 1
        and actor_id <> person_id
),

-- only links that lead on to another link can be on a cycle; UNION ends where a cycle closes
reachable (actor_id, reached_id) as (
    select
        links.actor_id,
        links.person_id
    from links
    inner join links as onward on links.person_id = onward.actor_id
    union
    select
        reachable.actor_id,
        links.person_id
    from reachable
    inner join links on reachable.reached_id = links.actor_id
),

cycles as (
    select actor_id
    from reachable
    where actor_id = reached_id
)

select
    links.actor_id,
    links.person_id,
    links.linked_at,
    links.load_id,
    links.landing_row,
    cycles.actor_id is not null as is_on_cycle
from links
left join cycles on links.actor_id = cycles.actor_id
