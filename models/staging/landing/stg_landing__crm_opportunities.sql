with

source as (
    select * from {{ source('landing', 'crm_opportunities') }}
),

renamed as (
    select
        -- ids
        opportunity_id,
        account_id,
        referred_by_account_id,
        load_id,
        landing_row,

        -- text
        type as opportunity_type,
        stage,
        currency,

        -- numbers
        amount,

        -- booleans
        is_won,

        -- times
        created_at,
        closed_at,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('crm_opportunities') }} as rejection_reason
    from source
)

select * from renamed
