/*
optional: [ticket_field_history, organization]
*/
select
    'csat-' || rating.ticket_id || '-' || epoch_us(cast(rating.updated as timestamp)) as response_id,
    'zendesk_csat' as survey_id,
    'csat' as survey_kind,
    coalesce(requester.external_id, ticket.requester_id) as person_id,
    coalesce(organization.external_id, requester_organization.external_id) as account_id,
    case when lower(rating.value) like 'good%' then 5 else 1 end as score,
    rating.updated as responded_at,
    greatest(
        rating._synced_at, ticket._synced_at, requester._synced_at,
        organization._synced_at, requester_organization._synced_at
    ) as received_at,
    ticket.id is null or requester.id is null as is_waiting
from ticket_field_history as rating
left join ticket on rating.ticket_id = ticket.id
left join "user" as requester on ticket.requester_id = requester.id
left join organization on ticket.organization_id = organization.id
left join organization as requester_organization on requester.organization_id = requester_organization.id
where
    rating.field_name = 'satisfaction_score'
    and (lower(rating.value) like 'good%' or lower(rating.value) like 'bad%')
