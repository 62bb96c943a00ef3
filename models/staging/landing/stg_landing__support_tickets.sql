with

source as (
    select * from {{ source('landing', 'support_tickets') }}
),

renamed as (
    select
        -- ids
        ticket_id,
        account_id,
        requester_id,
        load_id,
        landing_row,

        -- text
        subject,
        category,
        feature_key,
        priority,
        status,

        -- numbers
        csat_score,

        -- times
        created_at,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('support_tickets', score_rules('csat_score', 'csat')) }} as rejection_reason
    from source
)

select * from renamed
