with

dates as (
    select * from {{ ref('int_usage_segment_dates') }}
),

people as (
    {{ rolling_actives(
        ref('int_person_segment_days'), 'person_id', ref('int_usage_segment_dates'), ['segment_type', 'segment_value']
    ) }}
),

accounts as (
    {{ rolling_actives(
        ref('int_person_segment_days'), 'account_id', ref('int_usage_segment_dates'), ['segment_type', 'segment_value']
    ) }}
)

select
    dates.date_day,
    dates.segment_type,
    dates.segment_value,
    people.active_day as dau,
    people.active_short_window as wau,
    people.active_window as mau,
    people.entity_days_in_window as person_days_28d,
    {{ dau_mau_ratio('people') }} as dau_mau_ratio,
    {{ stickiness('people') }} as stickiness,
    accounts.active_day as daily_active_accounts,
    accounts.active_short_window as weekly_active_accounts,
    accounts.active_window as monthly_active_accounts,
    dates.has_full_window,
    dates.is_complete
from dates
inner join people
    on
        dates.date_day = people.date_day
        and dates.segment_type = people.segment_type
        and dates.segment_value = people.segment_value
inner join accounts
    on
        dates.date_day = accounts.date_day
        and dates.segment_type = accounts.segment_type
        and dates.segment_value = accounts.segment_value
