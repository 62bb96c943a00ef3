with

source as (
    select * from {{ source('landing', 'usage_people') }}
),

renamed as (
    select
        -- ids
        person_id,
        account_id,
        load_id,
        landing_row,

        -- text
        email,
        role,

        -- times
        created_at,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('usage_people') }} as rejection_reason
    from source
)

select * from renamed
