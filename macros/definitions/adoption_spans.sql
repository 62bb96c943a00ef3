{# Over which dates a person or an account (`subject`) is eligible for a feature, and has adopted it.
   plan_scope is a plan, for what happened in it, or every_plan() for everything. #}

{% macro every_plan() %}{{ return("'*'") }}{% endmacro %}

{# Eligible on a date: an active date in the trailing window, after the launch, on which the account was entitled. #}
{% macro eligibility_spans(subject) -%}
    with

    pieces as (
        select {{ subject }}, plan as plan_scope, availability_key, from_date, to_date
        from {{ ref('int_eligible_stretches') }}
        where {{ subject }} is not null
        union all
        select {{ subject }}, {{ every_plan() }} as plan_scope, availability_key, from_date, to_date
        from {{ ref('int_eligible_stretches') }}
        where {{ subject }} is not null
    ),

    merged as (
        {{ merged_spans('pieces', [subject, 'plan_scope', 'availability_key']) }}
    )

    select * from merged
{%- endmacro %}

{# Adopted on a date: uses on entitled dates of the trailing window reach the feature's min_uses. From a date of
   use on that holds until the window has passed the min_uses-th last use. #}
{% macro use_spans(subject) -%}
    with

    days_in_plan as (
        select
            {{ subject }},
            plan as plan_scope,
            feature_key,
            min_uses,
            activity_date,
            sum(uses) as uses
        from {{ ref('int_feature_days') }}
        where is_entitled and {{ subject }} is not null
        group by {{ subject }}, plan, feature_key, min_uses, activity_date
    ),

    use_days as (
        select {{ subject }}, plan_scope, feature_key, min_uses, activity_date, uses
        from days_in_plan
        union all
        select {{ subject }}, {{ every_plan() }} as plan_scope, feature_key, min_uses, activity_date, sum(uses) as uses
        from days_in_plan
        group by {{ subject }}, feature_key, min_uses, activity_date
    ),

    numbers as (
        {{ numbers_between(1, '(select max(min_uses) from ' ~ ref('int_features') ~ ')') }}
    ),

    -- more than min_uses on one date make no difference
    single_uses as (
        select use_days.*, numbers.number as use_number
        from use_days
        inner join numbers on numbers.number <= least(use_days.uses, use_days.min_uses)
        where use_days.min_uses > 1
    ),

    counted_uses as (
        select
            *,
            row_number() over (
                partition by {{ subject }}, plan_scope, feature_key order by activity_date, use_number
            ) as place
        from single_uses
    ),

    looked_back as (
        select
            uses.*,
            deciding_uses.activity_date as deciding_use_date
        from counted_uses as uses
        inner join counted_uses as deciding_uses
            on
                uses.{{ subject }} = deciding_uses.{{ subject }}
                and uses.plan_scope = deciding_uses.plan_scope
                and uses.feature_key = deciding_uses.feature_key
                and uses.place = deciding_uses.place + uses.min_uses - 1
    ),

    -- where one use is enough, each decides for itself, and most features are such
    pieces as (
        select
            {{ subject }},
            plan_scope,
            feature_key,
            activity_date as from_date,
            {{ add_days('activity_date', var('window_days')) }} as to_date
        from use_days
        where min_uses = 1
        union all
        select
            {{ subject }},
            plan_scope,
            feature_key,
            activity_date as from_date,
            {{ add_days('deciding_use_date', var('window_days')) }} as to_date
        from looked_back
        where activity_date < {{ add_days('deciding_use_date', var('window_days')) }}
    ),

    merged as (
        {{ merged_spans('pieces', [subject, 'plan_scope', 'feature_key']) }}
    )

    select * from merged
{%- endmacro %}
