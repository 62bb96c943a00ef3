with

source as (
    select * from {{ source('landing', 'feedback_votes') }}
),

judged as (
    {{ judged_rows('feedback_votes', 'source') }}
)

select * from judged
