with

person_days as (
    select distinct
        person_id,
        activity_date
    from {{ ref('int_person_days') }}
)

{% for period in ['day', 'week', 'month'] %}
select distinct
    '{{ period }}' as period_type,
    person_id,
    {{ period_start("'" ~ period ~ "'", 'activity_date') }} as period_start
from person_days
{{ 'union all' if not loop.last }}
{% endfor %}
