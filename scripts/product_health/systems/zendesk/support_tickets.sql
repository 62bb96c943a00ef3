/*
optional: [ticket.type, ticket.priority, ticket.subject, organization]
*/
select
    ticket.id as ticket_id,
    coalesce(organization.external_id, requester_organization.external_id) as account_id,
    coalesce(requester.external_id, ticket.requester_id) as requester_id,
    ticket.subject,
    ticket.type as category,
    ticket.priority,
    ticket.status,
    ticket._is_deleted as is_deleted,
    ticket.created_at,
    ticket.updated_at,
    greatest(
        ticket._synced_at, requester._synced_at, organization._synced_at, requester_organization._synced_at
    ) as received_at
from ticket
left join "user" as requester on ticket.requester_id = requester.id
left join organization on ticket.organization_id = organization.id
left join organization as requester_organization on requester.organization_id = requester_organization.id
