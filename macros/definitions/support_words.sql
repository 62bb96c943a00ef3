{# A word of a source as it is compared with others: letter case and blanks around it do not count. #}
{% macro folded(word) -%}
    lower(trim({{ word }}))
{%- endmacro %}

{# What help desks call something, from the seed: `word_type` is event, status or role. #}
{% macro support_words(word_type) -%}
    select
        word,
        meaning
    from {{ ref('support_words') }}
    where word_type = '{{ word_type }}'
{%- endmacro %}
