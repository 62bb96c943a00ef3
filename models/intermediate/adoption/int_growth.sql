with

months as (
    select
        periods.next_period_start,
        {{ growth('lifecycle.new_people', 'lifecycle.resurrected_people', 'lifecycle.dormant_people') }} as growth
    from {{ ref('int_lifecycle') }} as lifecycle
    inner join {{ ref('int_usage_periods') }} as periods
        on
            lifecycle.period_type = periods.period_type
            and lifecycle.period_start = periods.period_start
    where
        periods.period_type = 'month'
        and periods.is_complete
)

-- on the last date of a month that month is the last complete one; dates that are not complete keep it
select
    dates.date_day,
    months.growth
from {{ ref('int_usage_dates') }} as dates
inner join months
    on months.next_period_start = {{ period_start(
        "'month'", add_days('least(dates.date_day, ' ~ as_of_date('usage') ~ ')', 1)
    ) }}
