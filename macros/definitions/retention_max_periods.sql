{# How many periods after its cohort's a retention triangle reaches, for a column of period types. #}
{% macro retention_max_periods(period_type) -%}
    case {{ period_type }}
        {%- for period, most in var('retention_max_periods').items() %} when '{{ period }}' then {{ most }}{% endfor %}
    end
{%- endmacro %}
