with

source as (
    select * from {{ source('landing', 'support_ticket_events') }}
),

renamed as (
    select
        -- ids
        ticket_event_id,
        ticket_id,
        load_id,
        landing_row,

        -- text
        event_type,
        actor_role,

        -- times
        occurred_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('support_ticket_events') }} as rejection_reason
    from source
)

select * from renamed
