{# Whether an id is a word that a tracker writes for nobody, whatever its case and the blanks around it.
   Where dbt reads a seed itself, the word null comes as NULL. #}
{% macro is_placeholder(id) -%}
    lower(trim({{ id }})) in (
        select lower(trim(coalesce(placeholder_id, 'null'))) from {{ ref('placeholder_ids') }}
    )
{%- endmacro %}
