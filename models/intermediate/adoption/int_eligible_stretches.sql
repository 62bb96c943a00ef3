{{ config(materialized='view') }}

select
    stretches.person_id,
    stretches.account_id,
    stretches.plan,
    availabilities.availability_key,
    stretches.from_date,
    stretches.to_date
from {{ ref('int_activity_stretches') }} as stretches
inner join {{ ref('int_availabilities') }} as availabilities
    on availabilities.launched_on is null or stretches.from_date >= availabilities.launched_on
left join {{ ref('int_account_entitlements') }} as entitlements
    on
        stretches.account_id = entitlements.account_id
        and availabilities.availability_key = entitlements.availability_key
        and {{ is_within('stretches.from_date', 'entitlements.from_date', 'entitlements.to_date') }}
where availabilities.plans is null or entitlements.account_id is not null
