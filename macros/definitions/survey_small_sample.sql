{# Whether a score rests on too few answers to be read. #}
{% macro is_small_sample(responses) -%}
    {{ responses }} < {{ var('small_sample_responses') }}
{%- endmacro %}
