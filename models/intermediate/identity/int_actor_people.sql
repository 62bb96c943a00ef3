with recursive

links as (
    select
        actor_id,
        person_id
    from {{ ref('int_identity_links') }}
    where not is_on_cycle
),

followed (actor_id, person_id) as (
    select
        actor_id,
        person_id
    from links
    union all
    select
        followed.actor_id,
        links.person_id
    from followed
    inner join links on followed.person_id = links.actor_id
)

select
    followed.actor_id,
    followed.person_id
from followed
left join links on followed.person_id = links.actor_id
where links.actor_id is null
