with

dates as (
    select
        usage_dates.*,
        features.feature_key
    from {{ ref('int_usage_dates') }} as usage_dates
    cross join {{ ref('int_features') }} as features
),

changes as (
    select * from {{ ref('int_adoption_changes') }}
    where plan_scope = {{ every_plan() }}
),

depth_changes as (
    select * from {{ ref('int_depth_changes') }}
),

totals as (
    select
        dates.date_day,
        dates.feature_key,
        dates.has_full_window,
        dates.is_complete,
        {{ running_total('changes.eligible_people', 'dates.feature_key') }} as eligible_people,
        {{ running_total('changes.adopted_people', 'dates.feature_key') }} as adopted_people,
        {{ running_total('changes.eligible_accounts', 'dates.feature_key') }} as eligible_accounts,
        {{ running_total('changes.adopted_accounts', 'dates.feature_key') }} as adopted_accounts,
        {{ running_total('depth_changes.uses', 'dates.feature_key') }} as uses,
        {{ running_total('depth_changes.adopter_active_days', 'dates.feature_key') }} as adopter_active_days,
        {{ running_total('depth_changes.uses_without_entitlement', 'dates.feature_key') }} as uses_without_entitlement
    from dates
    left join changes
        on
            dates.date_day = changes.date_day
            and dates.feature_key = changes.feature_key
    left join depth_changes
        on
            dates.date_day = depth_changes.date_day
            and dates.feature_key = depth_changes.feature_key
)

select
    date_day,
    feature_key,
    eligible_people,
    adopted_people,
    {{ adoption_rate('adopted_people', 'eligible_people') }} as adoption_rate,
    eligible_accounts,
    adopted_accounts,
    {{ adoption_rate('adopted_accounts', 'eligible_accounts') }} as account_adoption_rate,
    uses,
    adopter_active_days,
    cast(uses as double precision) / nullif(adopter_active_days, 0) as depth,
    uses_without_entitlement,
    has_full_window,
    is_complete
from totals
