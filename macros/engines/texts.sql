{# What differs between databases about texts. #}

{# A text to order by, or to take the least of: by its code points, not by the letters of a language. What is landed is
   so ordered anyway; what comes from seeds is not. #}
{% macro by_code_points(text) %}{{ return(adapter.dispatch('by_code_points')(text)) }}{% endmacro %}

{% macro default__by_code_points(text) -%}
    {{ text }}
{%- endmacro %}

{% macro postgres__by_code_points(text) -%}
    {{ text }} collate "C"
{%- endmacro %}

{# A whole row as text, for people to read. #}
{% macro row_as_text(relation) %}{{ return(adapter.dispatch('row_as_text')(relation)) }}{% endmacro %}

{% macro default__row_as_text(relation) -%}
    cast(to_json({{ relation }}) as varchar)
{%- endmacro %}

{# Whether a pattern matches anywhere in a text. #}
{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches')(text, pattern)) }}{% endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{# By another collation, \s and its like would mean more characters. #}
{% macro postgres__matches(text, pattern) -%}
    ({{ text }} collate "C" ~ '{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{# A text that profiles.yml sets for the session and no SQL holds, such as a secret; NULL where it sets none. #}
{% macro session_text(name) %}{{ return(adapter.dispatch('session_text')(name)) }}{% endmacro %}

{% macro duckdb__session_text(name) -%}
    nullif(cast(getvariable('{{ name }}') as varchar), '')
{%- endmacro %}

{% macro postgres__session_text(name) -%}
    nullif(current_setting('product_health.{{ name }}', true), '')
{%- endmacro %}

{# A text of 32 hexadecimal digits that stands for another, and cannot be made of it without the key. #}
{% macro keyed_hash(text, key) %}{{ return(adapter.dispatch('keyed_hash')(text, key)) }}{% endmacro %}

{# The outer hash keeps what is appended to a text from being hashed on. #}
{% macro duckdb__keyed_hash(text, key) -%}
    left(sha256({{ key }} || sha256({{ key }} || {{ text }})), 32)
{%- endmacro %}

{% macro postgres__keyed_hash(text, key) -%}
    {%- set inner -%} encode(sha256(convert_to({{ key }} || {{ text }}, 'UTF8')), 'hex') {%- endset -%}
    left(encode(sha256(convert_to({{ key }} || {{ inner }}, 'UTF8')), 'hex'), 32)
{%- endmacro %}

{# A list whose members are separated by |, without blanks around them and without empty ones. #}
{% macro trimmed_list(expression) %}{{ return(adapter.dispatch('trimmed_list')(expression)) }}{% endmacro %}

{% macro default__trimmed_list(expression) -%}
    regexp_replace(regexp_replace({{ expression }}, '\s*\|[\s|]*', '|', 'g'), '^[\s|]+|[\s|]+$', '', 'g')
{%- endmacro %}

{# A text of parts, one row a part. #}
{% macro split_to_rows(expression, separator) %}
    {{- return(adapter.dispatch('split_to_rows')(expression, separator)) -}}
{% endmacro %}

{% macro default__split_to_rows(expression, separator) -%}
    unnest(string_to_array({{ expression }}, '{{ separator }}'))
{%- endmacro %}
