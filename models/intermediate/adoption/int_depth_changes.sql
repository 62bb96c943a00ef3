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
        activity_date,
        {{ add_days('activity_date', var('window_days')) }} as window_end_date
    from {{ ref('int_person_days') }}
),

uses as (
    select
        person_id,
        feature_key,
        activity_date,
        {{ add_days('activity_date', var('window_days')) }} as window_end_date,
        sum(uses) as uses
    from {{ ref('int_feature_days') }}
    where is_entitled
    group by person_id, feature_key, activity_date
),

-- a date counts while it is in the window and its person has adopted the feature
window_overlaps as (
    select
        adopters.feature_key,
        greatest(adopters.from_date, active_days.activity_date) as from_date,
        least(adopters.to_date, active_days.window_end_date) as to_date
    from adopters
    inner join active_days
        on
            adopters.person_id = active_days.person_id
            and adopters.to_date > active_days.activity_date
            and adopters.from_date < active_days.window_end_date
),

adopter_active_days as (
    select
        feature_key,
        from_date,
        to_date,
        count(*) as active_days
    from window_overlaps
    group by feature_key, from_date, to_date
),

adopter_uses as (
    select
        adopters.feature_key,
        uses.uses,
        greatest(adopters.from_date, uses.activity_date) as from_date,
        least(adopters.to_date, uses.window_end_date) as to_date
    from adopters
    inner join uses
        on
            adopters.person_id = uses.person_id
            and adopters.feature_key = uses.feature_key
            and adopters.to_date > uses.activity_date
            and adopters.from_date < uses.window_end_date
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
    select
        feature_key,
        date_day,
        0 as uses,
        difference as adopter_active_days,
        0 as uses_without_entitlement
    from ({{ span_changes('adopter_active_days', ['feature_key'], 'active_days') }}) as active_day_changes
    union all
    select
        feature_key,
        date_day,
        difference as uses,
        0 as adopter_active_days,
        0 as uses_without_entitlement
    from ({{ span_changes('adopter_uses', ['feature_key'], 'uses') }}) as use_changes
    union all
    select
        feature_key,
        date_day,
        0 as uses,
        0 as adopter_active_days,
        difference as uses_without_entitlement
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
