{{ config(materialized='view') }}

with

tickets as (
    select * from {{ ref('int_tickets') }}
),

dates as (
    select * from {{ ref('int_support_dates') }}
)

select
    dates.date_day,
    tickets.source_system,
    tickets.ticket_id,
    tickets.account_id,
    tickets.feature_key
from tickets
inner join dates
    on {{ is_within('dates.date_day', 'tickets.created_date', add_days('tickets.created_date', var('window_days'))) }}
