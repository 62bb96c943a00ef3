-- A plan has no more eligible or adopting people and accounts than all plans, and everyone eligible is so in a plan.
with

plans as (
    select
        date_day,
        feature_key,
        max(eligible_people) as most_eligible_people,
        sum(eligible_people) as sum_of_eligible_people,
        max(adopted_people) as most_adopted_people,
        max(eligible_accounts) as most_eligible_accounts,
        sum(eligible_accounts) as sum_of_eligible_accounts,
        max(adopted_accounts) as most_adopted_accounts
    from {{ ref('adoption_feature_daily_by_plan') }}
    group by date_day, feature_key
)

select
    plans.*,
    totals.eligible_people,
    totals.adopted_people,
    totals.eligible_accounts,
    totals.adopted_accounts
from {{ ref('adoption_feature_daily') }} as totals
left join plans
    on
        totals.date_day = plans.date_day
        and totals.feature_key = plans.feature_key
where not coalesce(
    totals.eligible_people between plans.most_eligible_people and plans.sum_of_eligible_people
    and totals.eligible_accounts between plans.most_eligible_accounts and plans.sum_of_eligible_accounts
    and totals.adopted_people >= plans.most_adopted_people
    and totals.adopted_accounts >= plans.most_adopted_accounts,
    false
)
