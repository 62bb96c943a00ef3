with

source as (
    select * from {{ source('landing', 'usage_identities') }}
),

renamed as (
    select
        -- ids
        actor_id,
        person_id,
        load_id,
        landing_row,

        -- times
        linked_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('usage_identities') }} as rejection_reason
    from source
)

select * from renamed
