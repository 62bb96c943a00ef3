/*
optional: [ticket_comment, ticket_field_history]
*/
with changes as (
    select
        'created-' || ticket.id as ticket_event_id,
        ticket.id as ticket_id,
        'created' as event_type,
        ticket.requester_id as user_id,
        ticket.created_at as occurred_at,
        ticket._synced_at
    from ticket
    union all
    -- a state, which seed support_words translates: open where it was open already changes nothing
    select
        'status-' || ticket_field_history.ticket_id || '-' || ticket_field_history.value
        || '-' || epoch_us(cast(ticket_field_history.updated as timestamp)),
        ticket_field_history.ticket_id,
        ticket_field_history.value,
        ticket_field_history.user_id,
        ticket_field_history.updated,
        ticket_field_history._synced_at
    from ticket_field_history
    where ticket_field_history.field_name = 'status' and lower(ticket_field_history.value) <> 'new'
    union all
    select
        'comment-' || ticket_comment.id,
        ticket_comment.ticket_id,
        case when cast(ticket_comment.public as boolean) then 'public_reply' else 'internal_note' end,
        ticket_comment.user_id,
        ticket_comment.created,
        ticket_comment._synced_at
    from ticket_comment
    where not coalesce(ticket_comment._is_deleted, false)
)

select
    changes.ticket_event_id,
    changes.ticket_id,
    changes.event_type,
    case
        when changes.user_id is null or changes.user_id = '-1' then 'bot'
        when changes.user_id = ticket.requester_id then 'customer'
        when author.role = 'end-user' then 'customer'
        else 'staff'
    end as actor_role,
    changes.occurred_at,
    greatest(changes._synced_at, ticket._synced_at, author._synced_at) as received_at,
    -- whether the author is staff, only the rows of ticket and author tell
    ticket.id is null
    or (author.id is null and changes.user_id not in ('-1', ticket.requester_id)) as is_waiting
from changes
left join ticket on changes.ticket_id = ticket.id
left join "user" as author on changes.user_id = author.id
