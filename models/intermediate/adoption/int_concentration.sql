with

uses as (
    select
        feature_key,
        activity_date as from_date,
        {{ add_days('activity_date', var('window_days')) }} as to_date,
        sum(uses) as uses
    from {{ ref('int_feature_days') }}
    where is_entitled
    group by feature_key, activity_date
),

changes as (
    {{ span_changes('uses', ['feature_key'], 'uses') }}
),

launched as (
    select
        dates.date_day,
        features.feature_key,
        {{ running_total('changes.difference', 'features.feature_key') }} as uses
    from {{ ref('int_usage_dates') }} as dates
    inner join {{ ref('int_features') }} as features
        on features.launched_on is null or dates.date_day >= features.launched_on
    left join changes
        on
            dates.date_day = changes.date_day
            and features.feature_key = changes.feature_key
),

ranked as (
    select
        date_day,
        sum(uses) over (partition by date_day) as all_uses,
        -- what the features before this one in the ranking make up already
        sum(uses) over (
            partition by date_day order by uses desc nulls last, {{ by_code_points('feature_key') }} asc
            rows unbounded preceding
        ) - uses as uses_before
    from launched
)

select
    date_day,
    count(*) as launched_features,
    count(case when uses_before < {{ concentrated_share() }} * all_uses then 1 end) as concentrated_features
from ranked
group by date_day
