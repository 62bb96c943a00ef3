with

dated as (
    select created_date as date_day
    from {{ ref('int_tickets') }}
    union all
    select changed_date as date_day
    from {{ ref('int_ticket_state_changes') }}
),

-- a ticket comes before its changes, so the first date is one of a creation
bounds as (
    select
        min(date_day) as first_date,
        max(date_day) as last_date
    from dated
),

-- dates after the last complete one are kept, and dates without tickets too
spine as (
    {{ dates_between(
        '(select first_date from bounds)',
        '(select greatest(last_date, coalesce(' ~ as_of_date('support') ~ ', last_date)) from bounds)'
    ) }}
)

select
    spine.date_day,
    spine.date_day >= {{ add_days('bounds.first_date', var('window_days') - 1) }} as has_full_window,
    {{ is_support_complete('spine.date_day') }} as is_complete
from spine
cross join bounds
