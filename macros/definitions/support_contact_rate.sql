{# Tickets of the trailing window per 100 people of that window. NULL where there are no people. #}
{% macro contact_rate(tickets, people) -%}
    100.0 * cast({{ tickets }} as double precision) / nullif({{ people }}, 0)
{%- endmacro %}
