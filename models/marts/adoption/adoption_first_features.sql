with

people as (
    select
        person_id,
        min(activity_date) as cohort_date
    from {{ ref('int_person_days') }}
    group by person_id
),

cohorts as (
    select
        cohort_date,
        count(*) as new_people
    from people
    group by cohort_date
),

first_uses as (
    select
        person_id,
        feature_key,
        min(activity_date) as first_use_date,
        min(first_occurred_at) as first_used_at
    from {{ ref('int_activity') }}
    where feature_key is not null
    group by person_id, feature_key
),

reached as (
    select
        people.cohort_date,
        first_uses.feature_key,
        row_number() over (
            partition by people.person_id
            order by first_uses.first_used_at, {{ by_code_points('first_uses.feature_key') }}
        ) as reach_order,
        {{ days_between('people.cohort_date', 'first_uses.first_use_date') }} as days_to_reach
    from people
    inner join first_uses on people.person_id = first_uses.person_id
),

counted as (
    select
        cohort_date,
        feature_key,
        count(case when reach_order = 1 then 1 end) as first_feature_people,
        count(case when days_to_reach = 0 then 1 end) as first_day_people,
        count(case when days_to_reach < {{ var('short_window_days') }} then 1 end) as first_week_people
    from reached
    group by cohort_date, feature_key
)

select
    cohorts.cohort_date,
    features.feature_key,
    cohorts.new_people,
    coalesce(counted.first_feature_people, 0) as first_feature_people,
    coalesce(counted.first_day_people, 0) as first_day_people,
    coalesce(counted.first_week_people, 0) as first_week_people,
    {{ is_complete(add_days('cohorts.cohort_date', var('short_window_days') - 1), 'usage') }} as is_complete
from cohorts
cross join {{ ref('int_features') }} as features
left join counted
    on
        cohorts.cohort_date = counted.cohort_date
        and features.feature_key = counted.feature_key
