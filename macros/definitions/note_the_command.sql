{# Writes into the warehouse which command of dbt worked on it last, so that target/run_results.json can be told
   from the results of another warehouse, or of a build that did not end. #}
{% macro note_the_command() %}
    create schema if not exists meta;
    create or replace view meta.last_command as select '{{ invocation_id }}' as invocation_id
{% endmacro %}
