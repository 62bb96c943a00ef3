-- The spine of the voice marts has every date between its first and its last, for every kind of survey.
with

spines as (
    {% for mart in ['nps_daily', 'csat_daily', 'ces_daily'] %}
    select
        '{{ mart }}' as mart,
        min(date_day) as first_date,
        max(date_day) as last_date,
        count(*) as dates
    from {{ ref(mart) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
)

select *
from spines
where dates <> {{ days_between('first_date', 'last_date') }} + 1
