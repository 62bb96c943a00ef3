-- rates are units of the reporting currency, so that of the reporting currency itself is 1
with

own_rate as (
    select rate_to_reporting from {{ ref('currency_rates') }}
    where currency = '{{ var("reporting_currency") }}'
)

select '{{ var("reporting_currency") }}' as currency_without_rate_one
from (
    select count(*) as rates from own_rate
    where rate_to_reporting = 1
) as found
where rates = 0
