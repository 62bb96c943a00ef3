with

source as (
    select * from {{ source('landing', 'crm_subscriptions') }}
),

judged as (
    {{ judged_rows('crm_subscriptions', 'source', row_rules={
        'ended_before_started': 'ended_at < started_at',
        'negative_mrr': 'mrr < 0',
        'mrr_out_of_range': 'mrr > 1e12',
    }) }}
)

select * from judged
