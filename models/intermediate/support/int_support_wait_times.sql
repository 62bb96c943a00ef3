with

waits as (
    select * from {{ ref('int_ticket_waits') }}
),

observations as (
    select
        windows.date_day,
        waits.measure,
        waits.minutes as duration,
        waits.is_over as is_event
    from {{ ref('int_ticket_window_dates') }} as windows
    inner join waits
        on
            windows.source_system = waits.source_system
            and windows.ticket_id = waits.ticket_id
),

curves as (
    {{ kaplan_meier('observations', ['date_day', 'measure']) }}
)

select
    date_day,
    measure,
    {{ survival_quantile(0.5) }} as median_minutes,
    {{ survival_quantile(0.9) }} as p90_minutes
from curves
group by date_day, measure
