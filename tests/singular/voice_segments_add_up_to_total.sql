-- A current answer has one segment of each type, so on every date the values of a type add up to the total.
with

{% for mart, counted in {'nps_daily': 'responses', 'csat_daily': 'rated', 'ces_daily': 'responses'}.items() %}
{{ mart }}_segments as (
    select
        date_day,
        segment_type,
        sum({{ counted }}) as in_segments
    from {{ ref(mart ~ '_by_segment') }}
    group by date_day, segment_type
),

{% endfor %}

{% for mart, counted in {'nps_daily': 'responses', 'csat_daily': 'rated', 'ces_daily': 'responses'}.items() %}
{{ mart }}_compared as (
    select
        '{{ mart }}' as mart,
        totals.date_day,
        segments.segment_type,
        totals.{{ counted }} as in_total,
        segments.in_segments
    from {{ ref(mart) }} as totals
    inner join {{ mart }}_segments as segments on totals.date_day = segments.date_day
),

{% endfor %}

compared as (
    select * from nps_daily_compared
    union all
    select * from csat_daily_compared
    union all
    select * from ces_daily_compared
)

select *
from compared
where in_total <> in_segments
