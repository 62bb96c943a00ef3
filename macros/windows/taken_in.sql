{# Incremental models here only ever append: what a load adds depends on that load and earlier ones alone. #}

{# The highest load that the model's table holds: its watermark, kept in the target itself. #}
{% macro taken_in_until() -%}
    {{ scalar('select coalesce(max(load_id), 0) from ' ~ this, 'bigint') }}
{%- endmacro %}

{# Whether a row is of a load not yet taken in: every row in a full build. #}
{% macro is_new_load() -%}
    {{ 'load_id > ' ~ taken_in_until() if is_incremental() else 'true' }}
{%- endmacro %}
