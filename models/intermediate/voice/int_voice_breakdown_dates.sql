{{ config(materialized='view') }}

with

responses as (
    select * from {{ ref('int_voice_responses') }}
),

segmented as (
    {{ by_segment('responses', account_segment_types()) }}
),

-- the total is there for every kind of survey, asked or not
breakdowns as (
    {% for kind in var('survey_scales') %}
    select
        '{{ kind }}' as survey_kind,
        'total' as breakdown_type,
        'all' as breakdown_value
    union
    {% endfor %}
    select
        survey_kind,
        segment_type as breakdown_type,
        segment_value as breakdown_value
    from segmented
    union
    select
        survey_kind,
        'survey' as breakdown_type,
        survey_id as breakdown_value
    from responses
    where survey_kind = 'nps'
)

select
    breakdowns.survey_kind,
    breakdowns.breakdown_type,
    breakdowns.breakdown_value,
    dates.date_day,
    dates.has_full_window,
    dates.is_complete
from breakdowns
cross join {{ ref('int_voice_dates') }} as dates
