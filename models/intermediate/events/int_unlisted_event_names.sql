with

event_days as (
    select * from {{ ref('int_usage_event_days') }}
    where row_outcome = 'accepted'
)

select
    event_days.event_name,
    cast(sum(event_days.event_count) as bigint) as event_count,
    min(event_days.activity_date) as first_seen_date,
    max(event_days.activity_date) as last_seen_date
from event_days
left join {{ ref('event_catalogue') }} as catalogue on event_days.event_name = catalogue.event_name
where catalogue.event_name is null
group by event_days.event_name
