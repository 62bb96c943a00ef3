{# How landed Parquet becomes the relations of the source `landing`. #}

{# Runs before every dbt command that builds: one view an entity over the files of all loads, so that
   source('landing', ...) is an ordinary relation. A table without a file is empty, and says so. #}
{% macro register_landing() %}
    {%- if execute and 'landing' in var('sources') -%}
        {{- return(adapter.dispatch('register_landing')()) -}}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__register_landing() %}
    {%- set statements = ['create schema if not exists landing'] -%}
    {%- for entity in landing_entities() -%}
        {%- set register = landing_entity(entity).config.meta.get('is_register', false) -%}
        {%- set files = var('landing_path') ~ '/loads/*/' ~ ('_load' if register else entity) ~ '.parquet' -%}
        {%- set is_landed = run_query("select count(*) from glob('" ~ files ~ "')").columns[0].values()[0] > 0 -%}
        {%- if not is_landed -%}
            {%- do log('landing: no file ' ~ files ~ ', so ' ~ entity ~ ' is empty', info=true) -%}
        {%- endif -%}
        {%- do statements.append('create or replace view landing.' ~ entity ~ ' as ' ~ duckdb__landed_rows(entity, files if is_landed else none)) -%}
    {%- endfor -%}
    {{ return(statements | join(';\n')) }}
{% endmacro %}

{% macro duckdb__landed_rows(entity, files) -%}
    select
    {%- for column in landing_entity(entity).columns.values() %}
        {% if files is none -%}
            cast(null as {{ duckdb__landing_type(column.data_type) }})
        {%- elif column.name == 'landing_row' -%}
            file_row_number
        {%- else -%}
            {{ column.name }}
        {%- endif %} as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    {%- if files is none %}
    where false
    {%- else %}
    from read_parquet(
        '{{ files }}', file_row_number = true, hive_partitioning = true, hive_types = {'load_id': bigint}
    )
    {%- endif %}
{%- endmacro %}

{% macro duckdb__landing_type(data_type) -%}
    {{ {'text': 'varchar', 'json': 'varchar', 'integer': 'bigint', 'number': 'double'}.get(data_type, data_type) }}
{%- endmacro %}
