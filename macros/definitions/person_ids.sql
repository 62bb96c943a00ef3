{# Whether a text holds what looks like an e-mail address or a phone number; the patterns stand in `vars`. #}
{% macro looks_personal(text) -%}
    ({{ matches(text, var('email_pattern')) }} or {{ matches(text, var('phone_pattern')) }})
{%- endmacro %}

{# The id of a person as marts hold it: hashed with the key of DBT_ENV_SECRET_PERSON_KEY where it looks like personal
   data, or always (var hashed_person_ids); as it is without a key. Equal ids stay equal, in every mart. #}
{% macro person_id_in_marts(person_id) -%}
    {%- set key = session_text('person_key') -%}
    case
        when
            {{ key }} is not null
            {%- if var('hashed_person_ids') == 'personal' %}
            and ({{ looks_personal(person_id) }} or {{ matches(person_id, var('name_pattern')) }})
            {%- endif %}
            then {{ keyed_hash(person_id, key) }}
        else {{ person_id }}
    end
{%- endmacro %}

{# Marts must not show ids as they are where hashes of all are wanted and the key was forgotten. #}
{% macro stop_if_the_person_key_is_missing() %}
    {%- if execute -%}
        {%- set wanted = var('hashed_person_ids') -%}
        {%- if wanted not in ['personal', 'all'] -%}
            {%- do exceptions.raise_compiler_error(
                'var hashed_person_ids: ' ~ wanted ~ ' is neither personal nor all; set it in dbt_project.yml'
            ) -%}
        {%- elif wanted == 'all' and run_query('select ' ~ session_text('person_key')).columns[0].values()[0] is none -%}
            {%- do exceptions.raise_compiler_error(
                'var hashed_person_ids is all, and there is no key to hash with; keep a secret of your own, set it with '
                ~ 'export DBT_ENV_SECRET_PERSON_KEY=<the secret> and run dbt again'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
