{# Half of the 95 % interval of a mean, by the normal approximation. #}
{% macro survey_margin_of_error(variance, responses) -%}
    1.96 * sqrt({{ variance }} / {{ responses }})
{%- endmacro %}
