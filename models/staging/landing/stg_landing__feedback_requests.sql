with

source as (
    select * from {{ source('landing', 'feedback_requests') }}
),

judged as (
    {{ judged_rows('feedback_requests', 'source') }}
)

select * from judged
