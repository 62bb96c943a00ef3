with

adopters as (
    select
        person_id,
        feature_key,
        from_date,
        to_date
    from {{ ref('int_person_use_spans') }}
    where plan_scope = {{ every_plan() }}
),

active_days as (
    select distinct
        person_id,
        activity_date
    from {{ ref('int_person_days') }}
),

uses as (
    select
        person_id,
        feature_key,
        activity_date,
        sum(uses) as uses
    from {{ ref('int_feature_days') }}
    where is_entitled
    group by person_id, feature_key, activity_date
),

-- a date counts while it is in the window and its person has adopted the feature
adopter_active_days as (
    select
        adopters.feature_key,
        greatest(active_days.activity_date, adopters.from_date) as from_date,
        least({{ add_days('active_days.activity_date', var('window_days')) }}, adopters.to_date) as to_date,
        count(*) as active_days
    from adopters
    inner join active_days
        on
            adopters.person_id = active_days.person_id
            and active_days.activity_date < adopters.to_date
            and {{ add_days('active_days.activity_date', var('window_days')) }} > adopters.from_date
    group by 1, 2, 3
),

adopter_uses as (
    select
        adopters.feature_key,
        greatest(uses.activity_date, adopters.from_date) as from_date,
        least({{ add_days('uses.activity_date', var('window_days')) }}, adopters.to_date) as to_date,
        sum(uses.uses) as uses
    from adopters
    inner join uses
        on
            adopters.person_id = uses.person_id
            and adopters.feature_key = uses.feature_key
            and uses.activity_date < adopters.to_date
            and {{ add_days('uses.activity_date', var('window_days')) }} > adopters.from_date
    group by 1, 2, 3
),

uses_without_entitlement as (
    select
        feature_key,
        activity_date as from_date,
        {{ add_days('activity_date', var('window_days')) }} as to_date,
        sum(uses) as uses
    from {{ ref('int_feature_days') }}
    where not is_entitled
    group by feature_key, activity_date
),

changes as (
    select feature_key, date_day, 0 as uses, change as adopter_active_days, 0 as uses_without_entitlement
    from ({{ span_changes('adopter_active_days', ['feature_key'], 'active_days') }}) as active_day_changes
    union all
    select feature_key, date_day, change, 0, 0
    from ({{ span_changes('adopter_uses', ['feature_key'], 'uses') }}) as use_changes
    union all
    select feature_key, date_day, 0, 0, change
    from ({{ span_changes('uses_without_entitlement', ['feature_key'], 'uses') }}) as other_use_changes
)

select
    feature_key,
    date_day,
    cast(sum(uses) as bigint) as uses,
    cast(sum(adopter_active_days) as bigint) as adopter_active_days,
    cast(sum(uses_without_entitlement) as bigint) as uses_without_entitlement
from changes
group by feature_key, date_day
