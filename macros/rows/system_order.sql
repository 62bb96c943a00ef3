{# Where several source systems know one account or person, each column is that of the first of them that has it. #}

{# The place of a system in var system_order, to stand after `order by`; those not named come after, by name. #}
{% macro system_order(source_system) -%}
    case {{ source_system }}
    {%- for system in var('system_order') %}
        when '{{ system }}' then {{ loop.index }}
    {%- endfor %}
        else {{ var('system_order') | length + 1 }}
    end, {{ source_system }}
{%- endmacro %}

{# The value of a column in the first system that has one, of the rows that are of one thing. #}
{% macro first_known(column, of) -%}
    first_value({{ column }}) over (
        partition by {{ of }}
        order by case when {{ column }} is null then 1 else 0 end, {{ system_order('source_system') }}
    )
{%- endmacro %}
