with

source as (
    select * from {{ source('landing', 'support_tickets') }}
),

judged as (
    {{ judged_rows('support_tickets', 'source', value_rules={'csat_score': score_rules('csat_score', 'csat')}) }}
)

select * from judged
