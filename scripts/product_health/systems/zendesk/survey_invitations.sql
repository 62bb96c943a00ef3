/*
optional: [ticket_field_history, organization]
*/
select
    'csat-' || offer.ticket_id || '-' || epoch_us(cast(offer.updated as timestamp)) as invitation_id,
    'zendesk_csat' as survey_id,
    'csat' as survey_kind,
    coalesce(requester.external_id, ticket.requester_id) as person_id,
    coalesce(organization.external_id, requester_organization.external_id) as account_id,
    offer.updated as sent_at,
    greatest(
        offer._synced_at, ticket._synced_at, requester._synced_at,
        organization._synced_at, requester_organization._synced_at
    ) as received_at,
    ticket.id is null or requester.id is null as is_waiting
from ticket_field_history as offer
left join ticket on offer.ticket_id = ticket.id
left join "user" as requester on ticket.requester_id = requester.id
left join organization on ticket.organization_id = organization.id
left join organization as requester_organization on requester.organization_id = requester_organization.id
where offer.field_name = 'satisfaction_score' and lower(offer.value) = 'offered'
