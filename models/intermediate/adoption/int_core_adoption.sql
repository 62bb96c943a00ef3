with

-- how a person's core features used and eligible change from date to date
edges as (
    select
        spans.person_id,
        spans.from_date,
        spans.to_date,
        1 as used,
        0 as eligible
    from {{ ref('int_person_use_spans') }} as spans
    inner join {{ ref('int_features') }} as features on spans.feature_key = features.feature_key
    where
        spans.plan_scope = {{ every_plan() }}
        and features.is_core
    union all
    select
        spans.person_id,
        spans.from_date,
        spans.to_date,
        0 as used,
        availabilities.core_features as eligible
    from {{ ref('int_person_eligibility_spans') }} as spans
    inner join {{ ref('int_availabilities') }} as availabilities
        on spans.availability_key = availabilities.availability_key
    where
        spans.plan_scope = {{ every_plan() }}
        and availabilities.core_features > 0
),

changes as (
    select
        person_id,
        date_day,
        sum(used) as used,
        sum(eligible) as eligible
    from (
        select
            person_id,
            from_date as date_day,
            used,
            eligible
        from edges
        union all
        select
            person_id,
            to_date as date_day,
            -used as used,
            -eligible as eligible
        from edges
    ) as directed
    group by person_id, date_day
),

states as (
    select
        date_day,
        used as used_change,
        eligible as eligible_change,
        sum(used) over (partition by person_id order by date_day rows unbounded preceding) as used,
        sum(eligible) over (partition by person_id order by date_day rows unbounded preceding) as eligible
    from changes
),

-- a person leaves one pair of (used, eligible) and enters another
shifts as (
    select
        date_day,
        used,
        eligible,
        1 as people
    from states
    union all
    select
        date_day,
        used - used_change as used,
        eligible - eligible_change as eligible,
        -1 as people
    from states
),

net_shifts as (
    select
        date_day,
        used as core_features_used,
        eligible as core_features_eligible,
        sum(people) as people
    from shifts
    where eligible > 0
    group by date_day, used, eligible
),

pairs as (
    select distinct
        core_features_used,
        core_features_eligible
    from net_shifts
)

select
    dates.date_day,
    cast(pairs.core_features_used as integer) as core_features_used,
    cast(pairs.core_features_eligible as integer) as core_features_eligible,
    {{ running_total('net_shifts.people', 'pairs.core_features_used, pairs.core_features_eligible') }} as people
from {{ ref('int_usage_dates') }} as dates
cross join pairs
left join net_shifts
    on
        dates.date_day = net_shifts.date_day
        and pairs.core_features_used = net_shifts.core_features_used
        and pairs.core_features_eligible = net_shifts.core_features_eligible
