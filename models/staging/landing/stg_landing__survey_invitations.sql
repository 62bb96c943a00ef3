with

source as (
    select * from {{ source('landing', 'survey_invitations') }}
),

judged as (
    {{ judged_rows('survey_invitations', 'source', row_rules=invitation_rules()) }}
)

select * from judged
