with

{% for period in ['day', 'week', 'month'] %}
{{ period }}s as (
    select
        '{{ period }}' as period_type,
        {{ period_start("'" ~ period ~ "'", 'date_day') }} as period_start,
        {{ add_periods("'" ~ period ~ "'", period_start("'" ~ period ~ "'", 'date_day'), 1) }} as next_period_start
    from {{ ref('int_usage_dates') }}
),

{% endfor %}

periods as (
    select * from days
    union
    select * from weeks
    union
    select * from months
)

select
    period_type,
    period_start,
    next_period_start,
    period_start = min(period_start) over (partition by period_type) as is_first_period,
    {{ is_complete(add_days('next_period_start', -1), 'usage') }} as is_complete
from periods
