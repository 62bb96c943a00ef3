-- At the end of the last date the backlog is what the tickets themselves say is open.
with

last_date as (
    select backlog
    from {{ ref('support_daily') }}
    where date_day = (select max(daily.date_day) from {{ ref('support_daily') }} as daily)
),

open_tickets as (
    select count(*) as tickets
    from {{ ref('support_tickets') }}
    where is_open
)

select
    last_date.backlog,
    open_tickets.tickets as open_tickets
from last_date
cross join open_tickets
where last_date.backlog <> open_tickets.tickets
