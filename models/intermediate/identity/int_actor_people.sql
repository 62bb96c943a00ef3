with

links as (
    select * from {{ ref('int_identity_links') }}
    where not is_on_cycle
),

followed as (
    {{ followed_links('links') }}
)

select
    actor_id,
    person_id
from followed
