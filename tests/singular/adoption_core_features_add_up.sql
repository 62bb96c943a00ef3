-- Core features used, over people, are those who adopted, over core features; who can use one is one of the MAU.
with

features as (
    select
        adoption.date_day,
        sum(adoption.adopted_people) as adopted_people,
        max(adoption.eligible_people) as most_eligible_people,
        sum(adoption.eligible_people) as sum_of_eligible_people
    from {{ ref('adoption_feature_daily') }} as adoption
    inner join {{ ref('dim_features') }} as dim_features on adoption.feature_key = dim_features.feature_key
    where dim_features.is_core
    group by adoption.date_day
)

select
    daily.date_day,
    daily.core_features_used,
    daily.people_with_core_features,
    daily.mau,
    features.adopted_people,
    features.most_eligible_people,
    features.sum_of_eligible_people
from {{ ref('adoption_daily') }} as daily
left join features on daily.date_day = features.date_day
where
    daily.core_features_used <> coalesce(features.adopted_people, 0)
    or daily.people_with_core_features > daily.mau
    or daily.people_with_core_features < coalesce(features.most_eligible_people, 0)
    or daily.people_with_core_features > coalesce(features.sum_of_eligible_people, 0)
