select
    date_day,
    {{ period_start("'week'", 'date_day') }} as week_start,
    {{ period_start("'month'", 'date_day') }} as month_start,
    {{ period_start("'quarter'", 'date_day') }} as quarter_start,
    cast({{ iso_weekday('date_day') }} as integer) as iso_weekday,
    {{ iso_weekday('date_day') }} >= 6 as is_weekend
from {{ ref('int_dates') }}
