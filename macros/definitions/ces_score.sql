{# Customer effort score: the mean of the scale, see survey_scales. NULL without answers. #}
{% macro ces(score_total, responses) -%}
    cast({{ score_total }} as double precision) / nullif({{ responses }}, 0)
{%- endmacro %}

{# Its margin of error in points of the scale, from sums of whole scores, so that the order of rows does not
   matter. NULL below two answers, which have no spread. #}
{% macro ces_margin_of_error(score_total, squared_score_total, responses) -%}
    {%- set variance -%}
        cast({{ responses }} * {{ squared_score_total }} - {{ score_total }} * {{ score_total }} as double precision)
        / ({{ responses }} * ({{ responses }} - 1))
    {%- endset -%}
    case when {{ responses }} > 1 then {{ survey_margin_of_error(variance, responses) }} end
{%- endmacro %}
