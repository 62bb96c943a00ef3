with

{% for period in ['week', 'month'] %}
{{ period }}_uses as (
    select distinct
        '{{ period }}' as period_type,
        person_id,
        feature_key,
        {{ period_start("'" ~ period ~ "'", 'activity_date') }} as period_start
    from {{ ref('int_feature_days') }}
    where is_entitled
),

{% endfor %}

uses as (
    select * from week_uses
    union all
    select * from month_uses
),

first_uses as (
    select
        *,
        row_number() over (partition by period_type, person_id, feature_key order by period_start) as use_period,
        lead(period_start) over (partition by period_type, person_id, feature_key order by period_start)
            as next_use_period_start
    from uses
),

counted as (
    select
        first_uses.period_type,
        first_uses.period_start,
        first_uses.feature_key,
        count(*) as first_use_people,
        count(case when first_uses.next_use_period_start = periods.next_period_start then 1 end) as retained_people,
        {{ is_complete(
            add_days(add_periods('first_uses.period_type', 'first_uses.period_start', 2), -1), 'usage'
        ) }} as is_complete
    from first_uses
    inner join {{ ref('int_usage_periods') }} as periods
        on
            first_uses.period_type = periods.period_type
            and first_uses.period_start = periods.period_start
    where first_uses.use_period = 1
    group by first_uses.period_type, first_uses.period_start, first_uses.feature_key
)

select
    period_type,
    period_start,
    feature_key,
    first_use_people,
    is_complete,
    case when is_complete then retained_people end as retained_people,
    case when is_complete then cast(retained_people as double precision) / first_use_people end as retention_rate
from counted
