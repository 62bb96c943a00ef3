-- what happened before a user had an external_id, or says the Zendesk id, is the same person's
select
    "user".id as actor_id,
    "user".external_id as person_id,
    "user".created_at as linked_at,
    "user"._synced_at as received_at
from "user"
where "user".external_id is not null and "user".external_id <> "user".id
