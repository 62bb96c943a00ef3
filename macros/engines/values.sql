{# What differs between databases about single values and aggregates. #}

{# A 64-bit hash of one or more expressions, for finding candidates; equal values have equal hashes, not the other way
   round. #}
{% macro hash_of(expression) %}{{ return(adapter.dispatch('hash_of')(expression)) }}{% endmacro %}

{% macro duckdb__hash_of(expression) -%}
    hash({{ expression }})
{%- endmacro %}

{% macro postgres__hash_of(expression) -%}
    hash_record_extended(row({{ expression }}), 0)
{%- endmacro %}

{# Running product over an ordered window; never exp(sum(ln)), which is off in the last digits. #}
{% macro running_product(expression, partition_by, order_by) %}
    {{- return(adapter.dispatch('running_product')(expression, partition_by, order_by)) -}}
{% endmacro %}

{% macro duckdb__running_product(expression, partition_by, order_by) -%}
    product({{ expression }}) over (
        partition by {{ partition_by }}
        order by {{ order_by }}
        rows between unbounded preceding and current row
    )
{%- endmacro %}

{# PostgreSQL has no such aggregate: postgres__register_landing creates it. #}
{% macro postgres__running_product(expression, partition_by, order_by) -%}
    landing.{{ duckdb__running_product(expression, partition_by, order_by) }}
{%- endmacro %}

{# A sum of numbers that are no whole ones, the same to the last digit in whatever order rows come: of decimals, of so
   many digits after the point. #}
{% macro exact_sum(expression, digits) -%}
    cast(sum(cast({{ expression }} as decimal(38, {{ digits }}))) as double precision)
{%- endmacro %}

{# A sum of money: of amounts up to some 10^14, or else the squares of their sum have no room. #}
{% macro money_sum(expression) -%}
    {{ exact_sum(expression, 9) }}
{%- endmacro %}

{# The value of a query of one cell: read first and written as a literal, so that a scan can skip files;
   as a subquery where the SQL must not depend on the target (var literal_bounds). #}
{% macro scalar(query, data_type) -%}
    {%- if execute and var('literal_bounds') -%}
        {%- set value = run_query(query).columns[0].values()[0] -%}
        cast({{ "null" if value is none else "'" ~ value ~ "'" }} as {{ data_type }})
    {%- else -%}
        (cast(({{ query }}) as {{ data_type }}))
    {%- endif -%}
{%- endmacro %}

{# What a query of one column of whole numbers gives, to stand after `in`: literals or a subquery, like `scalar`. #}
{% macro whole_numbers(query) -%}
    {%- if execute and var('literal_bounds') -%}
        ({{ run_query(query).columns[0].values() | map('int') | sort | join(', ') or 'null' }})
    {%- else -%}
        ({{ query }})
    {%- endif -%}
{%- endmacro %}

{# The median of a group; of an even number of values the mean of the middle two. #}
{% macro median(expression) -%}
    percentile_cont(0.5) within group (order by {{ expression }})
{%- endmacro %}
