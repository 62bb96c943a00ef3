/*
optional: [user.active, user.email, organization]
*/
select
    coalesce("user".external_id, "user".id) as person_id,
    organization.external_id as account_id,
    "user".email,
    "user"._is_deleted or not coalesce(cast("user".active as boolean), true) as is_deleted,
    "user".created_at,
    "user".updated_at,
    greatest("user"._synced_at, organization._synced_at) as received_at
from "user"
left join organization on "user".organization_id = organization.id
