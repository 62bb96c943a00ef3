{# Of two rows at one instant the later is the one that comes later in its source: by the source's own number where it
   has one, else by load and place in the load. Never by an id read as text. #}
{% macro place_in_source(relation=none, direction='asc') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {%- set ends = 'nulls last' if direction == 'desc' else 'nulls first' -%}
    {{ prefix }}source_order {{ direction }} {{ ends }}, {{ prefix }}load_id {{ direction }} {{ ends }},
    {{- ' ' }}{{ prefix }}landing_row {{ direction }} {{ ends }}
{%- endmacro %}
