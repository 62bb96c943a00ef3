with

subscriptions as (
    select * from {{ ref('int_crm_subscriptions') }}
    where row_outcome = 'accepted'
),

rates as (
    select * from {{ ref('currency_rates') }}
)

select
    subscriptions.subscription_id,
    subscriptions.account_id,
    subscriptions.plan,
    subscriptions.seats,
    subscriptions.is_trial,
    subscriptions.started_at,
    {{ local_date('subscriptions.started_at') }} as started_date,
    {{ local_date('subscriptions.ended_at') }} as ended_date,
    subscriptions.mrr * rates.rate_to_reporting as mrr
from subscriptions
left join rates on subscriptions.currency = rates.currency
