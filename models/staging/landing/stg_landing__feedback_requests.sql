with

source as (
    select * from {{ source('landing', 'feedback_requests') }}
),

renamed as (
    select
        -- ids
        request_id,
        load_id,
        landing_row,

        -- text
        title,
        feature_key,
        status,

        -- times
        created_at,
        shipped_at,
        closed_loop_at,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('feedback_requests') }} as rejection_reason
    from source
)

select * from renamed
