with

source as (
    select * from {{ source('landing', 'support_ticket_events') }}
),

judged as (
    {{ judged_rows('support_ticket_events', 'source') }}
)

select * from judged
