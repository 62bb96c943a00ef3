with

months as (
    select distinct {{ period_start("'month'", 'date_day') }} as month_start
    from {{ ref('int_usage_dates') }}
),

active as (
    select
        {{ period_start("'month'", 'activity_date') }} as month_start,
        count(distinct person_id) as active_people_month,
        count(distinct account_id) as active_accounts_month
    from {{ ref('int_person_days') }}
    group by {{ period_start("'month'", 'activity_date') }}
)

select
    months.month_start,
    coalesce(active.active_people_month, 0) as active_people_month,
    coalesce(active.active_accounts_month, 0) as active_accounts_month,
    {{ is_complete(add_days(add_periods("'month'", 'months.month_start', 1), -1), 'usage') }} as is_complete
from months
left join active on months.month_start = active.month_start
