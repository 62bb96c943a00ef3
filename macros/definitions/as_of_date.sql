{# The last complete date of a family of metrics (seed metric_families); NULL if nothing of it was landed. #}
{% macro as_of_date(family) -%}
    (select as_of_date from {{ ref('int_as_of_dates') }} where family = '{{ family }}')
{%- endmacro %}

{# Whether a date is complete: all its rows can have arrived. #}
{% macro is_complete(date_expression, family) -%}
    coalesce({{ date_expression }} <= {{ as_of_date(family) }}, false)
{%- endmacro %}
