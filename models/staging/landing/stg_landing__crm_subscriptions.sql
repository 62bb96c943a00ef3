with

source as (
    select * from {{ source('landing', 'crm_subscriptions') }}
),

renamed as (
    select
        -- ids
        subscription_id,
        account_id,
        load_id,
        landing_row,

        -- text
        plan,
        currency,

        -- numbers
        seats,
        mrr,

        -- booleans
        is_trial,

        -- times
        started_at,
        ended_at,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('crm_subscriptions', {
            'ended_before_started': 'ended_at < started_at',
            'negative_mrr': 'mrr < 0',
        }) }} as rejection_reason
    from source
)

select * from renamed
