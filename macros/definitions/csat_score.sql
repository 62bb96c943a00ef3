{# Whether a rating is one of a satisfied person. #}
{% macro csat_category(score) -%}
    case
        when {{ score }} >= {{ var('survey_scales').csat.satisfied_from }} then 'satisfied'
        else 'unsatisfied'
    end
{%- endmacro %}

{# Share of the satisfied, 0 to 1. NULL where nobody rated. #}
{% macro csat(satisfied, rated) -%}
    cast({{ satisfied }} as double precision) / nullif({{ rated }}, 0)
{%- endmacro %}

{# Its margin of error as a share. NULL where all are satisfied or none is. #}
{% macro csat_margin_of_error(satisfied, rated) -%}
    case
        when {{ satisfied }} > 0 and {{ satisfied }} < {{ rated }}
            then {{ survey_margin_of_error(
                csat(satisfied, rated) ~ ' * (1 - ' ~ csat(satisfied, rated) ~ ')', rated
            ) }}
    end
{%- endmacro %}
