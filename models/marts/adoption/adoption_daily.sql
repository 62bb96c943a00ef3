with

usage as (
    select * from {{ ref('usage_daily') }}
),

core as (
    select
        date_day,
        sum(people) as people_with_core_features,
        sum(people * core_features_used) as core_features_used,
        {{ exact_sum('cast(people * core_features_used as double precision) / core_features_eligible', 15) }}
            as adopted_shares
    from {{ ref('int_core_adoption') }}
    group by date_day
),

concentration as (
    select * from {{ ref('int_concentration') }}
),

growth as (
    select * from {{ ref('int_growth') }}
),

joined as (
    select
        usage.date_day,
        usage.mau,
        usage.stickiness,
        usage.has_full_window,
        usage.is_complete,
        growth.growth,
        cast(coalesce(core.core_features_used, 0) as bigint) as core_features_used,
        cast(coalesce(core.people_with_core_features, 0) as bigint) as people_with_core_features,
        cast(coalesce(core.core_features_used, 0) as double precision) / nullif(usage.mau, 0) as breadth,
        core.adopted_shares / nullif(core.people_with_core_features, 0) as overall_adoption,
        coalesce(concentration.launched_features, 0) as launched_features,
        coalesce(concentration.concentrated_features, 0) as concentrated_features,
        cast(nullif(concentration.concentrated_features, 0) as double precision) / concentration.launched_features
            as concentration
    from usage
    left join core on usage.date_day = core.date_day
    left join concentration on usage.date_day = concentration.date_day
    left join growth on usage.date_day = growth.date_day
)

select
    date_day,
    mau,
    core_features_used,
    breadth,
    people_with_core_features,
    overall_adoption,
    launched_features,
    concentrated_features,
    concentration,
    stickiness,
    growth,
    {{ product_engagement_score('overall_adoption', 'stickiness', 'growth') }} as product_engagement_score,
    has_full_window,
    is_complete
from joined
