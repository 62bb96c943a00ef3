with

instants as (
    select * from {{ ref('int_support_instants') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
)

select
    instants.instant_at,
    coalesce(
        business_days.microseconds_before
        + {{ microseconds_between('business_days.opens_at', 'least(instants.instant_at, business_days.closes_at)') }},
        0
    ) as reading
from instants
left join business_days
    on {{ is_within('instants.instant_at', 'business_days.opens_at', 'business_days.next_opens_at') }}
