{# What an answer says, by kind of survey; an effort score has no categories. #}
{% macro survey_category(survey_kind, score) -%}
    case {{ survey_kind }}
        when 'nps' then {{ nps_category(score) }}
        when 'csat' then {{ csat_category(score) }}
    end
{%- endmacro %}
