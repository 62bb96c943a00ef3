with

source as (
    select * from {{ source('landing', 'survey_responses') }}
),

renamed as (
    select
        -- ids
        response_id,
        invitation_id,
        survey_id,
        person_id,
        account_id,
        load_id,
        landing_row,

        -- text
        survey_kind,
        comment,

        -- numbers
        score,

        -- times
        responded_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('survey_responses', response_rules()) }} as rejection_reason
    from source
)

select * from renamed
