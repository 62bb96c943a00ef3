-- Who is eligible, and so who adopts, is one of the MAU; accounts likewise.
select
    adoption.date_day,
    adoption.feature_key,
    adoption.eligible_people,
    daily.mau,
    adoption.eligible_accounts,
    daily.monthly_active_accounts
from {{ ref('adoption_feature_daily') }} as adoption
left join {{ ref('usage_daily') }} as daily on adoption.date_day = daily.date_day
where not coalesce(
    adoption.adopted_people between 0 and adoption.eligible_people
    and adoption.eligible_people <= daily.mau
    and adoption.adopted_accounts between 0 and adoption.eligible_accounts
    and adoption.eligible_accounts <= daily.monthly_active_accounts,
    false
)
