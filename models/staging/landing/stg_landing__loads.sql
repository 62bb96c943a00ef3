with

source as (
    select * from {{ source('landing', 'loads') }}
),

renamed as (
    select
        -- ids
        load_id,

        -- text
        entity,
        source_name,
        fingerprint,

        -- numbers
        row_count,

        -- times
        first_event_at,
        last_event_at,
        complete_until,
        landed_at,
        undone_at
    from source
)

select * from renamed
