{{ config(materialized='view') }}

with

dated as (
    select date_day from {{ ref('int_usage_dates') }}
    union all
    select date_day from {{ ref('int_voice_dates') }}
    union all
    select date_day from {{ ref('int_support_dates') }}
),

bounds as (
    select
        min(date_day) as first_date,
        max(date_day) as last_date
    from dated
),

dates as (
    {{ dates_between('(select first_date from bounds)', '(select last_date from bounds)') }}
)

select date_day
from dates
