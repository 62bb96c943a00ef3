{# Folders name their schema: `staging`, not `<target>_staging`, so that BI queries are the same everywhere. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
