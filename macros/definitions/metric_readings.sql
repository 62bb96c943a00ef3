{# What metrics read: the value for everyone and one for each segment in one table, as GROUPING SETS would give them.
   A row has a value in at most one of the segment's columns; where none has, it is the total (is_total). A metric that
   is split by a segment finds one row for each, one that is not finds the total, and none ever adds segments up. #}
{% macro reading_columns(type_column, value_column, segment_types) -%}
    {{ type_column }} = 'total' as is_total
    {%- for segment_type in segment_types -%}
        ,
        case when {{ type_column }} = '{{ segment_type }}' then {{ value_column }} end as {{ segment_type }}
    {%- endfor %}
{%- endmacro %}
