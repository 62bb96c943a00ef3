with

source as (
    select * from {{ source('landing', 'usage_events') }}
),

renamed as (
    select
        -- ids
        event_id,
        actor_id,
        account_id,
        load_id,
        landing_row,

        -- text
        event_name,
        platform,
        properties,

        -- times
        occurred_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('usage_events') }} as rejection_reason
    from source
)

select * from renamed
