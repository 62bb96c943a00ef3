with

source as (
    select * from {{ source('landing', 'tool_access') }}
),

renamed as (
    select
        -- ids
        tool,
        person_id,
        load_id,
        landing_row,

        -- times
        accessed_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('tool_access') }} as rejection_reason
    from source
)

select * from renamed
