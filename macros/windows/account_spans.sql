{# The date from which the first span of every account holds. #}
{% macro beginning_of_time() -%}
    cast('1900-01-01' as date)
{%- endmacro %}

{# A date after all others, where an open end must be compared. #}
{% macro end_of_time() -%}
    cast('9999-12-31' as date)
{%- endmacro %}

{# Spans between consecutive boundaries (account_id, boundary_date); the last one is open. #}
{% macro spans_between(boundaries) -%}
    select
        account_id,
        boundary_date as valid_from_date,
        lead(boundary_date) over (partition by account_id order by boundary_date) as valid_to_date
    from (select distinct account_id, boundary_date from {{ boundaries }}) as distinct_boundaries
{%- endmacro %}

{# Whether a date falls into a span. #}
{% macro is_within(date_expression, from_date, to_date) -%}
    ({{ date_expression }} >= {{ from_date }} and ({{ to_date }} is null or {{ date_expression }} < {{ to_date }}))
{%- endmacro %}
