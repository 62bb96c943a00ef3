with

features as (
    select
        feature_key,
        {{ split_to_rows('plans', '|') }} as plan
    from {{ ref('int_features') }}
    where plans is not null
),

offered as (
    select
        plan,
        count(*) as features
    from features
    group by plan
),

subscribed as (
    select
        plan,
        count(*) as subscriptions
    from {{ ref('int_subscriptions') }}
    group by plan
),

plans as (
    select
        coalesce(offered.plan, subscribed.plan) as plan,
        coalesce(offered.features, 0) as features,
        coalesce(subscribed.subscriptions, 0) as subscriptions
    from offered
    full outer join subscribed on offered.plan = subscribed.plan
),

compared as (
    select
        *,
        count(*) over (partition by lower(plan)) > 1 as has_other_case,
        sum(features) over () as all_features,
        sum(subscriptions) over () as all_subscriptions
    from plans
)

-- where nobody subscribes yet, or everyone has every feature, there is nothing to match
select
    plan,
    features,
    subscriptions,
    has_other_case
from compared
where
    (subscriptions = 0 and all_subscriptions > 0)
    or (
        features = 0 and all_features > 0
        {%- for plan in var('plans_without_features') %}
        and plan <> '{{ plan | replace("'", "''") }}'
        {%- endfor %}
    )
