{# The accounts that seed exclusion_rules leaves out of every metric, each with the first of its rules by name. #}
{% macro excluded_accounts() -%}
    select
        trim(rule_value) as account_id,
        min({{ by_code_points('rule_key') }}) as exclusion_rule
    from {{ ref('exclusion_rules') }}
    where rule_type = 'account_id'
    group by trim(rule_value)
{%- endmacro %}
