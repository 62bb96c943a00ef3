/*
optional:
  - users
  - identifies
  - identifies.timestamp
  - users.email
  - users.role
  - users.account_id
  - users.company_id
  - users.created_at
*/
with first_seen as (
    select
        identifies.user_id,
        min(coalesce(cast(identifies.timestamp as timestamp), cast(identifies.received_at as timestamp))) as seen_at
    from identifies
    group by identifies.user_id
)

select
    users.id as person_id,
    coalesce(users.account_id, users.company_id) as account_id,
    users.email,
    users.role,
    coalesce(
        try_cast(users.created_at as timestamp), first_seen.seen_at, cast(users.received_at as timestamp)
    ) as created_at,
    users.received_at as updated_at,
    users._synced_at as received_at
from users
left join first_seen on users.id = first_seen.user_id
