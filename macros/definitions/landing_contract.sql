{# Reading the landing contract, models/staging/landing/_landing__sources.yml, while SQL is compiled. #}

{% macro landing_entity(entity) %}
    {{- return(graph.sources['source.product_health.landing.' ~ entity]) -}}
{% endmacro %}

{% macro landing_entities() %}
    {%- set names = [] -%}
    {%- for source in graph.sources.values() if source.source_name == 'landing' -%}
        {%- do names.append(source.name) -%}
    {%- endfor -%}
    {{- return(names | sort) -}}
{% endmacro %}
