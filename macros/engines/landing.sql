{# How landed Parquet becomes the relations of the source `landing`. #}

{# Runs before every dbt command that builds: one view an entity over the files of all loads, so that
   source('landing', ...) is an ordinary relation. A table without a file is empty, and says so. #}
{% macro register_landing() %}
    {%- if execute -%}
        {{- return(adapter.dispatch('register_landing')()) -}}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__register_landing() %}
    {%- do duckdb__stop_if_landed_by_an_earlier_version() -%}
    {%- set statements = ['create schema if not exists landing'] -%}
    {%- for entity in landing_entities() -%}
        {%- set register = landing_entity(entity).config.meta.get('is_register', false) -%}
        {%- set files = duckdb__landed_files('_load' if register else entity) -%}
        {%- if not files -%}
            {%- do log(
                'landing: no file ' ~ var('landing_path') ~ '/loads/*/' ~ ('_load' if register else entity)
                ~ '.parquet, so ' ~ entity ~ ' is empty', info=true
            ) -%}
        {%- endif -%}
        {%- do statements.append('create or replace view landing.' ~ entity ~ ' as ' ~ duckdb__landed_rows(entity, files)) -%}
    {%- endfor -%}
    {{ return(statements | join(';\n')) }}
{% endmacro %}

{# A server reads no files of its clients: what loads the landed rows fills these tables. A text is compared by its code
   points and not by the language of the database, and so is all that is made of it. #}
{% macro postgres__register_landing() %}
    {%- set statements = [
        'create schema if not exists landing',
        'create or replace aggregate landing.product(double precision) '
        ~ "(sfunc = float8mul, stype = double precision, initcond = '1')"
    ] -%}
    {%- for entity in landing_entities() -%}
        {%- set columns = [] -%}
        {%- for column in landing_entity(entity).columns.values() -%}
            {%- set data_type = landing_type(column.data_type) -%}
            {%- do columns.append(column.name ~ ' ' ~ data_type.replace('varchar', 'varchar collate "C"')) -%}
        {%- endfor -%}
        {%- do statements.append(
            'create table if not exists landing.' ~ entity ~ ' (' ~ columns | join(', ') ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return(statements | join(';\n')) }}
{% endmacro %}

{# The files of all loads of a folder have one shape, that of its load 0. #}
{% macro duckdb__stop_if_landed_by_an_earlier_version() %}
    {%- set register = duckdb__path_literal(var('landing_path')) ~ '/loads/load_id=00000000/_load.parquet' -%}
    {%- set marked = "select 1 from parquet_schema('" ~ register ~ "') where name = 'bare_dates'" -%}
    {%- if run_query("select 1 from glob('" ~ register ~ "')").rows and not run_query(marked).rows -%}
        {%- do exceptions.raise_compiler_error(
            var('landing_path') ~ ': its loads were landed by an earlier version, which kept no note of dates without a '
            ~ 'time. Move the folder away, land the files again, and run dbt build --full-refresh '
            ~ '(the demo: product-health demo --out landing --overwrite)'
        ) -%}
    {%- endif -%}
{% endmacro %}

{# Patterns of the files of an entity. DuckDB takes the rows of the first file for those of every file, so the
   empty one of load 0 comes last: at its head, joins are planned for no rows and hold all events in memory. #}
{% macro duckdb__landed_files(name) %}
    {%- set files = [] -%}
    {%- for loads in ['load_id=*[1-9]*', 'load_id=00000000'] -%}
        {%- set pattern = duckdb__path_literal(var('landing_path')) ~ '/loads/' ~ loads ~ '/' ~ name ~ '.parquet' -%}
        {%- if run_query("select count(*) from glob('" ~ pattern ~ "')").columns[0].values()[0] > 0 -%}
            {%- do files.append(pattern) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(files) }}
{% endmacro %}

{# A path as it stands within the quotes of a SQL text, where DuckDB would take some characters for a pattern. #}
{% macro duckdb__path_literal(path) -%}
    {{- return((path | string).replace("'", "''").replace('[', '[[]').replace('*', '[*]').replace('?', '[?]')) -}}
{%- endmacro %}

{# Names of the vars in dbt_project.yml, which dbt does not tell a macro. #}
{% macro declared_vars() %}{{ return(adapter.dispatch('declared_vars')()) }}{% endmacro %}

{% macro duckdb__declared_vars() %}
    {%- set file = duckdb__path_literal(invocation_args_dict.project_dir) ~ '/dbt_project.yml' -%}
    {%- set project = run_query("select content from read_text('" ~ file ~ "')").columns[0].values()[0] -%}
    {{ return(fromyaml(project).get('vars', {}).keys() | list) }}
{% endmacro %}

{# The server does not see the file, so every name passes. #}
{% macro postgres__declared_vars() %}{{ return(invocation_args_dict.get('vars', {}).keys() | list) }}{% endmacro %}

{% macro duckdb__landed_rows(entity, files) -%}
    select
    {%- for column in landing_entity(entity).columns.values() %}
        {% if not files -%}
            cast(null as {{ landing_type(column.data_type) }})
        {%- elif column.name == 'landing_row' -%}
            file_row_number
        {%- else -%}
            {{ column.name }}
        {%- endif %} as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
    {%- if not files %}
    where false
    {%- else %}
    from read_parquet(
        ['{{ files | join("', '") }}'],
        file_row_number = true, hive_partitioning = true, hive_types = {'load_id': bigint}
    )
    {%- endif %}
{%- endmacro %}

{% macro landing_type(data_type) -%}
    {{- return({
        'text': 'varchar', 'json': 'varchar', 'integer': 'bigint', 'number': 'double precision'
    }.get(data_type, data_type)) -}}
{%- endmacro %}
