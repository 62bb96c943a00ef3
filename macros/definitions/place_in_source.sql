{# Of two rows at one instant the later is the one that comes later in its source. Never by an id read as text. #}
{% macro place_in_source(relation=none, direction='asc') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ prefix }}load_id {{ direction }}, {{ prefix }}landing_row {{ direction }}
{%- endmacro %}
