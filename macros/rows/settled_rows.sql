{# Every landed row is accounted for: raw = accepted + superseded + duplicate + conflicting + quarantined. #}

{% macro row_outcomes() %}
    {{- return(['accepted', 'superseded', 'duplicate', 'conflicting', 'quarantined']) -}}
{% endmacro %}

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
                order by {{ version }} desc nulls last
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
