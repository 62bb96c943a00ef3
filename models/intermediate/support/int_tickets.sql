with

tickets as (
    select * from {{ ref('int_support_tickets') }}
    where row_outcome = 'accepted'
),

counted as (
    {{ of_counted_people('tickets', 'requester_id') }}
)

select
    source_system,
    ticket_id,
    resolved_account_id as account_id,
    resolved_person_id as requester_id,
    category,
    feature_key,
    priority,
    status,
    csat_score,
    created_at,
    {{ local_date('created_at') }} as created_date
from counted
