{# Incremental tables keep the numbers of the loads they have taken in. If a load is gone or replaced, or a
   var that is baked into them has changed, they are wrong: stop before anything is built.
   Such a table names its vars in meta.built_with and holds load_id, load_fingerprint and built_with. #}
{% macro stop_if_loads_are_gone() %}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- for node in graph.nodes.values() if node.config.get('meta', {}).get('built_with') -%}
            {%- set target = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- if target is not none -%}
                {%- do stop_if_target_is_stale(target, node.config.meta.built_with) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro stop_if_target_is_stale(target, variables) %}
    {%- set stale = run_query(stale_loads(target, variables)) -%}
    {%- for row in stale.rows -%}
        {%- do exceptions.raise_compiler_error(
            target.identifier ~ ' holds rows of load ' ~ row[0] ~ ', but ' ~ row[1] ~
            '. Its numbers cannot be kept: run dbt build --full-refresh'
        ) -%}
    {%- endfor -%}
{% endmacro %}

{% macro stale_loads(target, variables) -%}
    select
        taken_in.load_id,
        case
            when loads.load_id is null then 'that load is no longer landed'
            when taken_in.load_fingerprint <> loads.fingerprint then 'another load has its number now'
            else 'it was built with ' || taken_in.built_with || ' and not {{ built_with(variables) }}'
        end as reason
    from (select distinct load_id, load_fingerprint, built_with from {{ target }}) as taken_in
    left join landing.loads as loads
        on
            taken_in.load_id = loads.load_id
            and loads.entity = 'usage_events'
            and loads.undone_at is null
    where
        loads.load_id is null
        or taken_in.load_fingerprint <> loads.fingerprint
        or taken_in.built_with <> '{{ built_with(variables) }}'
    order by 1
    limit 1
{%- endmacro %}

{# The vars that are baked into an incremental table, as one text to store and to compare. #}
{% macro built_with(variables) -%}
    {%- for name in variables -%}
        {{ name }}={{ var(name) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The same of the model being compiled, by its own meta.built_with. #}
{% macro built_with_of_model() -%}
    {%- if execute -%}
        {{ built_with(model.config.meta.built_with) }}
    {%- endif -%}
{%- endmacro %}
