with

source as (
    select * from {{ source('landing', 'crm_opportunities') }}
),

judged as (
    {{ judged_rows('crm_opportunities', 'source') }}
)

select * from judged
