{# The domain of an e-mail address, folded: what follows the last @, also in `Name <ann@our.example> `. #}
{% macro email_domain(email) -%}
    lower(trim(split_part(split_part({{ email }}, '@', -1), '>', 1)))
{%- endmacro %}
