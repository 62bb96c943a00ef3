select
    load_id,
    landing_row,
    received_at,
    actor_id,
    person_id,
    linked_at,
    'placeholder_person' as rejection_reason
from {{ ref('int_usage_identities') }}
where
    row_outcome = 'accepted'
    and {{ is_placeholder('person_id') }}
union all
select
    links.load_id,
    links.landing_row,
    identities.received_at,
    links.actor_id,
    links.person_id,
    links.linked_at,
    'identity_cycle' as rejection_reason
from {{ ref('int_identity_links') }} as links
inner join {{ ref('int_usage_identities') }} as identities
    on
        links.load_id = identities.load_id
        and links.landing_row = identities.landing_row
where links.is_on_cycle
