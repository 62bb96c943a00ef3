with

source as (
    select * from {{ source('landing', 'feedback_votes') }}
),

renamed as (
    select
        -- ids
        request_id,
        account_id,
        person_id,
        load_id,
        landing_row,

        -- times
        created_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('feedback_votes') }} as rejection_reason
    from source
)

select * from renamed
