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
        source_system,
        source_name,
        fingerprint,

        -- numbers
        row_count,

        -- times
        {{ landed_instant('first_event_at') }} as first_event_at,
        {{ landed_instant('last_event_at') }} as last_event_at,
        {{ landed_instant('complete_until') }} as complete_until,
        landed_at,
        undone_at
    from source
)

select * from renamed
