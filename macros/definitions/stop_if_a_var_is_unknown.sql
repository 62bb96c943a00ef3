{# dbt takes any name after --vars, so a misspelt one would change nothing without a word. #}
{% macro stop_if_a_var_is_unknown() %}
    {%- if execute -%}
        {%- set known = declared_vars() -%}
        {%- for name in invocation_args_dict.get('vars', {}) if name not in known -%}
            {%- do exceptions.raise_compiler_error(
                '--vars: there is no var ' ~ name ~ '; dbt_project.yml has ' ~ known | sort | join(', ')
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
