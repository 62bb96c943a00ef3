/*
optional: [identifies, identifies.timestamp]
*/
-- the earliest of a pair is the one that counts
select
    identifies.anonymous_id as actor_id,
    identifies.user_id as person_id,
    min(coalesce(cast(identifies.timestamp as timestamp), cast(identifies.received_at as timestamp))) as linked_at,
    min(identifies._synced_at) as received_at
from identifies
where identifies.anonymous_id is not null and identifies.user_id is not null
group by identifies.anonymous_id, identifies.user_id
