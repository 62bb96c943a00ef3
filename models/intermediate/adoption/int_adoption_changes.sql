with

eligibility_changes as (
    select
        plan_scope,
        availability_key,
        date_day,
        difference as eligible_people,
        0 as eligible_accounts
    from ({{ span_changes(ref('int_person_eligibility_spans'), ['plan_scope', 'availability_key']) }}) as person_changes
    union all
    select
        plan_scope,
        availability_key,
        date_day,
        0 as eligible_people,
        difference as eligible_accounts
    from ({{ span_changes(ref('int_account_eligibility_spans'), ['plan_scope', 'availability_key']) }})
        as account_changes
),

changes as (
    select
        eligibility_changes.plan_scope,
        features.feature_key,
        eligibility_changes.date_day,
        eligibility_changes.eligible_people,
        eligibility_changes.eligible_accounts,
        0 as adopted_people,
        0 as adopted_accounts
    from eligibility_changes
    inner join {{ ref('int_features') }} as features
        on eligibility_changes.availability_key = features.availability_key
    union all
    select
        plan_scope,
        feature_key,
        date_day,
        0 as eligible_people,
        0 as eligible_accounts,
        difference as adopted_people,
        0 as adopted_accounts
    from ({{ span_changes(ref('int_person_use_spans'), ['plan_scope', 'feature_key']) }}) as person_changes
    union all
    select
        plan_scope,
        feature_key,
        date_day,
        0 as eligible_people,
        0 as eligible_accounts,
        0 as adopted_people,
        difference as adopted_accounts
    from ({{ span_changes(ref('int_account_use_spans'), ['plan_scope', 'feature_key']) }}) as account_changes
)

select
    plan_scope,
    feature_key,
    date_day,
    cast(sum(eligible_people) as bigint) as eligible_people,
    cast(sum(adopted_people) as bigint) as adopted_people,
    cast(sum(eligible_accounts) as bigint) as eligible_accounts,
    cast(sum(adopted_accounts) as bigint) as adopted_accounts
from changes
group by plan_scope, feature_key, date_day
