{{ config(materialized='view') }}

with

active_accounts as (
    select
        account_id,
        min(activity_date) as first_date,
        max(activity_date) as last_date
    from {{ ref('int_person_days') }}
    where account_id is not null
    group by account_id
),

dates as (
    select * from {{ ref('int_usage_dates') }}
)

select
    active_accounts.account_id,
    dates.date_day
from active_accounts
inner join dates
    on {{ is_within(
        'dates.date_day', 'active_accounts.first_date', add_days('active_accounts.last_date', var('window_days'))
    ) }}
