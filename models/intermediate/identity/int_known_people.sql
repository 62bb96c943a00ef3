with

people as (
    select * from {{ ref('int_usage_people') }}
    where row_outcome = 'accepted'
)

select distinct
    person_id,
    {{ first_known('account_id', of='person_id') }} as account_id,
    {{ first_known('email', of='person_id') }} as email,
    {{ first_known('role', of='person_id') }} as role,
    {{ first_known('created_at', of='person_id') }} as created_at
from people
