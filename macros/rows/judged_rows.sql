{# A row judged by itself: whether it can be used, and which of its values cannot. #}

{# The rows of a landed relation, read and judged one by one by the contract: each with its rejection_reason, NULL for
   a sound row, and its values_set_aside, as column:reason. `row_rules` {reason: condition} are the entity's own,
   `value_rules` {column: {reason: condition}} those of columns that a row can do without. #}
{% macro judged_rows(entity, relation, row_rules={}, value_rules={}) -%}
    {%- set table = landing_entity(entity) if execute else {'columns': {}, 'config': {'meta': {}}} -%}
    {%- set columns = own_columns(table) -%}
    {%- set faults = value_faults(table, value_rules) -%}
    select
    {%- for column in columns %}
        {{ staged_value(column, faults.get(column.name, {})) }},
    {%- endfor %}
    {%- for name in place_columns(table) %}
        {{ 'coalesce(is_deleted, false) as is_deleted' if name == 'is_deleted' else name }},
    {%- endfor %}
        raw_text,
        {{ values_set_aside(faults) }} as values_set_aside,
        {{ rejection_reason(table, row_rules) }} as rejection_reason
    from (
        select
        {%- for column in columns %}
            {{ landed_value(column) }} as {{ column.name }},
        {%- endfor %}
        {%- for name in place_columns(table) if name != 'received_at' %}
            {{ name }},
        {%- endfor %}
            {{ landed_instant('received_at') }} as received_at,
            set_aside,
            parse_error,
            raw_text
        from {{ relation }}
    ) as landed
{%- endmacro %}

{# Why a row cannot be used, judged by itself alone. #}
{% macro rejection_reason(table, row_rules) -%}
    {%- set event_time = table.config.meta.get('event_time', 'received_at') -%}
    case
        when parse_error is not null then 'unparseable_' || parse_error
    {%- for column in own_columns(table) if column.config.meta.get('required') %}
        when {{ column.name }} is null then 'missing_{{ column.name }}'
    {%- endfor %}
        when {{ event_time }} > {{ add_minutes('received_at', var('clock_tolerance_minutes')) }}
            then '{{ event_time }}_in_future'
    {%- for column in own_columns(table) if is_time(column) and is_needed(table, column) %}
        when {{ is_before_earliest_date(column) }} then '{{ column.name }}_before_earliest_date'
    {%- endfor %}
    {%- for reason, condition in row_rules.items() %}
        when {{ condition }} then '{{ reason }}'
    {%- endfor %}
    end
{%- endmacro %}

{# By column that a row can do without: {reason: condition} of a value that is wrong. #}
{% macro value_faults(table, value_rules) -%}
    {%- set faults = {} -%}
    {%- for column in own_columns(table) if not is_needed(table, column) -%}
        {%- set reasons = {'before_earliest_date': is_before_earliest_date(column)} if is_time(column) else {} -%}
        {%- do reasons.update(value_rules.get(column.name, {})) -%}
        {%- if reasons -%}
            {%- do faults.update({column.name: reasons}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(faults) -}}
{%- endmacro %}

{# A value under the name that it has from staging on; NULL where it is wrong. #}
{% macro staged_value(column, reasons) -%}
    {%- if reasons -%}
        case when {{ reasons.values() | join(' or ') }} then null else {{ column.name }} end as {{ staged_name(column) }}
    {%- else -%}
        {{ column.name }}{{ ' as ' ~ staged_name(column) if staged_name(column) != column.name }}
    {%- endif -%}
{%- endmacro %}

{# What land set aside because it did not parse, and what staging does; one text, NULL for nothing. #}
{% macro values_set_aside(faults) -%}
    {%- set unparsed -%}
        case when set_aside is not null then replace(set_aside, ',', ':unparseable,') || ':unparseable' end
    {%- endset -%}
    {%- if not faults -%}
        {{ unparsed }}
    {%- else -%}
        nullif(concat_ws(
            ',',
            {{ unparsed }}
            {%- for name, reasons in faults.items() %},
            case
                {%- for reason, condition in reasons.items() %}
                when {{ condition }} then '{{ name }}:{{ reason }}'
                {%- endfor %}
            end
            {%- endfor %}
        ), '')
    {%- endif -%}
{%- endmacro %}
