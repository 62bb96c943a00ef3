with

started as (
    select
        stretches.person_id,
        features.feature_key,
        min(stretches.from_date) as start_date
    from {{ ref('int_eligible_stretches') }} as stretches
    inner join {{ ref('int_features') }} as features on stretches.availability_key = features.availability_key
    group by stretches.person_id, features.feature_key
),

first_uses as (
    select
        person_id,
        feature_key,
        min(activity_date) as first_use_date
    from {{ ref('int_feature_days') }}
    where is_entitled
    group by person_id, feature_key
)

-- a use after the last complete date is not known for everyone yet, so it does not count
select
    started.person_id,
    started.feature_key,
    started.start_date,
    first_uses.first_use_date,
    coalesce(first_uses.first_use_date <= {{ as_of_date('usage') }}, false) as is_event,
    {{ days_between('started.start_date', 'least(first_uses.first_use_date, ' ~ as_of_date('usage') ~ ')') }}
        as duration
from started
left join first_uses
    on
        started.person_id = first_uses.person_id
        and started.feature_key = first_uses.feature_key
where started.start_date <= {{ as_of_date('usage') }}
