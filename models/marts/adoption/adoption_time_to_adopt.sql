with

curves as (
    select
        feature_key,
        max(at_risk) as people,
        cast(sum(events) as bigint) as adopters,
        cast({{ survival_quantile(0.5) }} as integer) as median_days
    from {{ ref('int_time_to_adopt_curves') }}
    group by feature_key
)

select
    features.feature_key,
    curves.median_days,
    coalesce(curves.people, 0) as people,
    coalesce(curves.adopters, 0) as adopters
from {{ ref('int_features') }} as features
left join curves on features.feature_key = curves.feature_key
