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

{# Every entity of the contract; the register of loads is not one. Known while parsing too, where the graph
   is not, because models of all entities refer to a model of each. #}
{% macro contract_entities() %}
    {{- return([
        'crm_accounts', 'crm_opportunities', 'crm_subscriptions', 'experiment_exposures', 'experiments',
        'feedback_requests', 'feedback_votes', 'support_ticket_events', 'support_tickets', 'survey_invitations',
        'survey_responses', 'tool_access', 'tool_licences', 'usage_events', 'usage_identities', 'usage_people'
    ]) -}}
{% endmacro %}
