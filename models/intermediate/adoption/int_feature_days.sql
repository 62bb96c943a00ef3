with

uses as (
    select
        person_id,
        account_id,
        feature_key,
        activity_date,
        cast(sum(event_count) as bigint) as uses
    from {{ ref('int_activity') }}
    where feature_key is not null
    group by person_id, account_id, feature_key, activity_date
)

select
    uses.person_id,
    uses.account_id,
    uses.feature_key,
    uses.activity_date,
    uses.uses,
    features.min_uses,
    coalesce(spans.plan, 'none') as plan,
    (features.launched_on is null or uses.activity_date >= features.launched_on)
    and (features.plans is null or entitlements.account_id is not null) as is_entitled
from uses
inner join {{ ref('int_features') }} as features on uses.feature_key = features.feature_key
left join {{ ref('int_account_entitlements') }} as entitlements
    on
        uses.account_id = entitlements.account_id
        and features.availability_key = entitlements.availability_key
        and {{ is_within('uses.activity_date', 'entitlements.from_date', 'entitlements.to_date') }}
left join {{ ref('int_account_spans') }} as spans
    on
        uses.account_id = spans.account_id
        and {{ is_within('uses.activity_date', 'spans.valid_from_date', 'spans.valid_to_date') }}
