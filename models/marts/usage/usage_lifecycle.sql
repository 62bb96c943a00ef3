with

periods as (
    select * from {{ ref('int_usage_periods') }}
    where period_type in ('week', 'month')
),

lifecycle as (
    select * from {{ ref('int_lifecycle') }}
)

select
    periods.period_type,
    periods.period_start,
    periods.is_complete,
    coalesce(lifecycle.active_people, 0) as active_people,
    coalesce(lifecycle.new_people, 0) as new_people,
    coalesce(lifecycle.retained_people, 0) as retained_people,
    coalesce(lifecycle.resurrected_people, 0) as resurrected_people,
    coalesce(lifecycle.dormant_people, 0) as dormant_people,
    {{ quick_ratio('lifecycle.new_people', 'lifecycle.resurrected_people', 'lifecycle.dormant_people') }}
        as quick_ratio
from periods
left join lifecycle
    on
        periods.period_type = lifecycle.period_type
        and periods.period_start = lifecycle.period_start
