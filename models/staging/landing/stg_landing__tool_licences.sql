with

source as (
    select * from {{ source('landing', 'tool_licences') }}
),

renamed as (
    select
        -- ids
        tool,
        load_id,
        landing_row,

        -- text
        owner,
        category,
        currency,

        -- numbers
        seats,
        annual_cost,

        -- times
        renews_on,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('tool_licences') }} as rejection_reason
    from source
)

select * from renamed
