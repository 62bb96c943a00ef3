-- A current answer has one segment of each type, so on every date the values of a type add up to the total.
{% set marts = {'nps_daily': 'responses', 'csat_daily': 'rated', 'ces_daily': 'responses'} %}

with

segment_types as (
    {% for segment_type in account_segment_types() %}
    select '{{ segment_type }}' as segment_type
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

totals as (
    {% for mart, counted in marts.items() %}
    select
        '{{ mart }}' as mart,
        date_day,
        {{ counted }} as responses
    from {{ ref(mart) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

segments as (
    {% for mart, counted in marts.items() %}
    select
        '{{ mart }}' as mart,
        date_day,
        segment_type,
        sum({{ counted }}) as responses
    from {{ ref(mart ~ '_by_segment') }}
    group by date_day, segment_type
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
),

compared as (
    select
        totals.mart,
        totals.date_day,
        totals.responses,
        segment_types.segment_type,
        coalesce(segments.responses, 0) as in_segments
    from totals
    cross join segment_types
    left join segments
        on
            totals.mart = segments.mart
            and totals.date_day = segments.date_day
            and segment_types.segment_type = segments.segment_type
)

select *
from compared
where responses <> in_segments
