{# Until when an answer counts for the response rate, and an invitation for a reminder of the first one. #}
{% macro survey_answer_until(opened_at) -%}
    {{ add_minutes(opened_at, 24 * 60 * var('response_days')) }}
{%- endmacro %}

{# The date from which nobody invited in a month can still answer in time. #}
{% macro survey_wave_end(wave_month) -%}
    {{ add_days(add_periods("'month'", wave_month, 1), var('response_days') - 1) }}
{%- endmacro %}

{# People who answered in time of those invited, 0 to 1. #}
{% macro survey_response_rate(responded_people, invited_people) -%}
    cast({{ responded_people }} as double precision) / nullif({{ invited_people }}, 0)
{%- endmacro %}
