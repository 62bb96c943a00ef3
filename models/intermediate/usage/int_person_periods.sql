with

person_days as (
    select distinct
        person_id,
        activity_date
    from {{ ref('int_person_days') }}
),

periods as (
    {% for period in ['day', 'week', 'month'] %}
    select distinct
        '{{ period }}' as period_type,
        person_id,
        {{ period_start("'" ~ period ~ "'", 'activity_date') }} as period_start
    from person_days
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

-- people are of one cohort: the period of their first activity
select
    period_type,
    person_id,
    period_start,
    min(period_start) over (partition by period_type, person_id) as cohort_start
from periods
