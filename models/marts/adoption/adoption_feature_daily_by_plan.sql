with

changes as (
    select * from {{ ref('int_adoption_changes') }}
    where plan_scope <> {{ every_plan() }}
),

plans as (
    select distinct plan
    from {{ ref('int_person_days') }}
),

dates as (
    select
        usage_dates.*,
        plans.plan,
        features.feature_key
    from {{ ref('int_usage_dates') }} as usage_dates
    cross join plans
    cross join {{ ref('int_features') }} as features
),

totals as (
    select
        dates.date_day,
        dates.plan,
        dates.feature_key,
        dates.has_full_window,
        dates.is_complete,
        {{ running_total('changes.eligible_people', 'dates.plan, dates.feature_key') }} as eligible_people,
        {{ running_total('changes.adopted_people', 'dates.plan, dates.feature_key') }} as adopted_people,
        {{ running_total('changes.eligible_accounts', 'dates.plan, dates.feature_key') }} as eligible_accounts,
        {{ running_total('changes.adopted_accounts', 'dates.plan, dates.feature_key') }} as adopted_accounts
    from dates
    left join changes
        on
            dates.date_day = changes.date_day
            and dates.plan = changes.plan_scope
            and dates.feature_key = changes.feature_key
)

select
    date_day,
    plan,
    feature_key,
    eligible_people,
    adopted_people,
    {{ adoption_rate('adopted_people', 'eligible_people') }} as adoption_rate,
    eligible_accounts,
    adopted_accounts,
    {{ adoption_rate('adopted_accounts', 'eligible_accounts') }} as account_adoption_rate,
    has_full_window,
    is_complete
from totals
