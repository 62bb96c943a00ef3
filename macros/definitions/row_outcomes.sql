{# Every landed row is accounted for: raw = accepted + superseded + duplicate + conflicting + quarantined. #}

{% macro row_outcomes() %}
    {{- return(['accepted', 'superseded', 'duplicate', 'conflicting', 'quarantined']) -}}
{% endmacro %}

{# The rows of a landed relation, read and judged one by one by the contract: each with its rejection_reason, NULL for
   a sound row, and its values_set_aside, as column:reason. `row_rules` {reason: condition} are the entity's own,
   `value_rules` {column: {reason: condition}} those of columns that a row can do without. #}
{% macro judged_rows(entity, relation, row_rules={}, value_rules={}) -%}
    {%- set table = landing_entity(entity) if execute else {'columns': {}, 'config': {'meta': {}}} -%}
    {%- set columns = own_columns(table) -%}
    {%- set faults = value_faults(table, value_rules) -%}
    select
    {%- for column in columns %}
        {{ value_without_faults(column.name, faults.get(column.name, {})) }} as {{ staged_name(column) }},
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

{% macro value_without_faults(name, reasons) -%}
    {%- if reasons -%}
        case when {{ reasons.values() | join(' or ') }} then null else {{ name }} end
    {%- else -%}
        {{ name }}
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

{# All rows of an entity with their row_outcome. Rows repeat each other where system, key and version are the same: of
   versions the one later in its source counts, of rows without versions the first; the others are duplicates where
   they say the same, and conflicting where not. #}
{% macro settled_rows(entity) -%}
    {%- set table = landing_entity(entity) if execute else {'columns': {}, 'config': {'meta': {'key': ['load_id']}}} -%}
    {%- set meta = table.config.meta -%}
    {%- set version = meta.get('version') -%}
    {%- set key = (['source_system'] + meta.key) | join(', ') -%}
    select
    {%- for column in own_columns(table) %}
        {{ staged_name(column) }},
    {%- endfor %}
    {%- for name in place_columns(table) %}
        {{ name }},
    {%- endfor %}
        raw_text,
        values_set_aside,
        rejection_reason,
        case
            when rejection_reason is not null then 'quarantined'
            when repeat_number > 1 and row_content = counting_content then 'duplicate'
            when repeat_number > 1 then 'conflicting'
            {%- if version %}
            when row_number() over (
                partition by rejection_reason is null, repeat_number = 1, {{ key }}
                order by {{ version }} desc
            ) > 1 then 'superseded'
            {%- endif %}
            else 'accepted'
        end as row_outcome
    from (
        select
            *,
            row_number() over repeats as repeat_number,
            first_value(row_content) over repeats as counting_content
        from (
            select
                *,
                {{ row_content(table) }} as row_content
            from {{ ref('stg_landing__' ~ entity) }}
        ) as staged
        window repeats as (
            partition by rejection_reason is null, {{ key }}{{ ', ' ~ version if version }}
            order by {{ place_in_source(direction='desc') if version else 'load_id asc, landing_row asc' }}
        )
    ) as compared
{%- endmacro %}

{# All that a row says beside its key, as one text to compare. #}
{% macro row_content(table) -%}
    {%- set meta = table.config.meta -%}
    {%- set names = [] -%}
    {%- for column in own_columns(table) if column.name not in meta.key and column.name != meta.get('version') -%}
        {%- do names.append(staged_name(column)) -%}
    {%- endfor -%}
    {%- if meta.get('version') -%}
        {%- do names.append('is_deleted') -%}
    {%- endif -%}
    {{- content_of(names) -}}
{%- endmacro %}

{# Columns as one text: equal where all of them are. #}
{% macro content_of(names) -%}
    {%- for name in names -%}
        coalesce(cast({{ name }} as {{ dbt.type_string() }}), '') || '|' {{- ' || ' if not loop.last -}}
    {%- endfor -%}
    {{- "''" if not names -}}
{%- endmacro %}

{# Rejections of a score that is not on the scale of a kind of survey. #}
{% macro score_rules(column, kind) -%}
    {%- set scale = var('survey_scales')[kind] -%}
    {{- return({
        'not_whole': column ~ ' <> floor(' ~ column ~ ')',
        'out_of_range': column ~ ' not between ' ~ scale.lowest ~ ' and ' ~ scale.highest,
    }) -}}
{%- endmacro %}

{% macro survey_kinds() -%}
    {{- return("('" ~ var('survey_scales').keys() | sort | join("', '") ~ "')") -}}
{%- endmacro %}

{% macro invitation_rules() -%}
    {{- return({'unknown_survey_kind': 'survey_kind not in ' ~ survey_kinds()}) -}}
{%- endmacro %}

{# An answer counts only as a whole number on the scale of its kind of survey. #}
{% macro response_rules() -%}
    {%- set off_scale = [] -%}
    {%- for kind, scale in var('survey_scales').items() -%}
        {%- do off_scale.append("(survey_kind = '" ~ kind ~ "' and score not between " ~ scale.lowest ~ ' and ' ~ scale.highest ~ ')') -%}
    {%- endfor -%}
    {{- return({
        'unknown_survey_kind': 'survey_kind not in ' ~ survey_kinds(),
        'score_not_whole': 'score <> floor(score)',
        'score_out_of_range': off_scale | join(' or '),
    }) -}}
{%- endmacro %}
