with

source as (
    select * from {{ source('landing', 'crm_accounts') }}
),

judged as (
    {{ judged_rows('crm_accounts', 'source') }}
)

select * from judged
