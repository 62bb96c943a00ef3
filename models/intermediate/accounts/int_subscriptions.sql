with

subscriptions as (
    select * from {{ ref('int_crm_subscriptions') }}
    where row_outcome = 'accepted'
),

rates as (
    select * from {{ ref('currency_rates') }}
)

select
    subscriptions.source_system,
    subscriptions.subscription_id,
    subscriptions.account_id,
    subscriptions.plan,
    subscriptions.seats,
    subscriptions.is_trial,
    subscriptions.started_at,
    {{ local_date('subscriptions.started_at') }} as started_date,
    -- what the source deleted ends then, and was before
    {{ local_date(
        'case when subscriptions.is_deleted then least(subscriptions.updated_at, subscriptions.ended_at) '
        ~ 'else subscriptions.ended_at end'
    ) }} as ended_date,
    subscriptions.mrr * rates.rate_to_reporting as mrr
from subscriptions
left join rates on subscriptions.currency = rates.currency
