select
    date_day,
    feature_key,
    true as is_total,
    cast(null as {{ dbt.type_string() }}) as plan,
    eligible_people,
    adopted_people,
    adoption_rate,
    eligible_accounts,
    adopted_accounts,
    account_adoption_rate,
    depth,
    has_full_window,
    is_complete
from {{ ref('adoption_feature_daily') }}
union all
select
    date_day,
    feature_key,
    false as is_total,
    plan,
    eligible_people,
    adopted_people,
    adoption_rate,
    eligible_accounts,
    adopted_accounts,
    account_adoption_rate,
    cast(null as double precision) as depth,
    has_full_window,
    is_complete
from {{ ref('adoption_feature_daily_by_plan') }}
