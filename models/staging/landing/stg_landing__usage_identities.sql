with

source as (
    select * from {{ source('landing', 'usage_identities') }}
),

judged as (
    {{ judged_rows('usage_identities', 'source') }}
)

select * from judged
