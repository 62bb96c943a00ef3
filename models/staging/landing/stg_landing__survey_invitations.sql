with

source as (
    select * from {{ source('landing', 'survey_invitations') }}
),

renamed as (
    select
        -- ids
        invitation_id,
        survey_id,
        person_id,
        account_id,
        load_id,
        landing_row,

        -- text
        survey_kind,

        -- times
        sent_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('survey_invitations', invitation_rules()) }} as rejection_reason
    from source
)

select * from renamed
