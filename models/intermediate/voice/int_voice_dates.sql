with

bounds as (
    select
        min(response_date) as first_date,
        max(response_date) as last_date
    from {{ ref('int_voice_responses') }}
),

-- dates after the last complete one are kept, and dates without answers too
spine as (
    {{ dates_between(
        '(select first_date from bounds)',
        '(select greatest(last_date, coalesce(' ~ as_of_date('voice') ~ ', last_date)) from bounds)'
    ) }}
)

select
    spine.date_day,
    spine.date_day >= {{ add_days('bounds.first_date', var('nps_window_days') - 1) }} as has_full_window,
    {{ is_complete('spine.date_day', 'voice') }} as is_complete
from spine
cross join bounds
