-- Each person uses a feature for the first time in one week and in one month: as many people either way, and no
-- fewer than those whose time to adopt ended.
with

first_uses as (
    select
        feature_key,
        sum(case when period_type = 'week' then first_use_people else 0 end) as by_week,
        sum(case when period_type = 'month' then first_use_people else 0 end) as by_month
    from {{ ref('adoption_feature_retention') }}
    group by feature_key
)

select
    adoption.feature_key,
    adoption.adopters,
    first_uses.by_week,
    first_uses.by_month
from {{ ref('adoption_time_to_adopt') }} as adoption
left join first_uses on adoption.feature_key = first_uses.feature_key
where
    coalesce(first_uses.by_week, 0) <> coalesce(first_uses.by_month, 0)
    or adoption.adopters > coalesce(first_uses.by_week, 0)
