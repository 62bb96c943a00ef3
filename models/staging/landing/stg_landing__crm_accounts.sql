with

source as (
    select * from {{ source('landing', 'crm_accounts') }}
),

renamed as (
    select
        -- ids
        account_id,
        parent_account_id,
        load_id,
        landing_row,

        -- text
        name as account_name,
        size_segment,
        industry,
        region,
        owner,

        -- times
        created_at,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('crm_accounts') }} as rejection_reason
    from source
)

select * from renamed
