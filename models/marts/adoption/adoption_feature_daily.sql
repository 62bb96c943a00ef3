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
        {% for measure in ['eligible_people', 'adopted_people', 'eligible_accounts', 'adopted_accounts'] %}
        {{ running_total('changes.' ~ measure, 'dates.feature_key') }} as {{ measure }},
        {% endfor %}
        {% for measure in ['uses', 'adopter_active_days', 'uses_without_entitlement'] %}
        {{ running_total('depth_changes.' ~ measure, 'dates.feature_key') }} as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
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
    cast(uses as double) / nullif(adopter_active_days, 0) as depth,
    uses_without_entitlement,
    has_full_window,
    is_complete
from totals
