with

source as (
    select * from {{ source('landing', 'survey_responses') }}
),

judged as (
    {{ judged_rows('survey_responses', 'source', row_rules=response_rules()) }}
)

select * from judged
