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

{# The columns of a table's own, without those that land adds to every table. #}
{% macro own_columns(table) -%}
    {%- set added = [
        'load_id', 'landing_row', 'received_at', 'source_system', 'source_order', 'is_deleted', 'bare_dates',
        'set_aside', 'parse_error', 'raw_text'
    ] -%}
    {{- return(table.columns.values() | rejectattr('name', 'in', added) | list) -}}
{%- endmacro %}

{# What says where a row comes from, and when. #}
{% macro place_columns(table) -%}
    {%- set deleted = ['is_deleted'] if table.config.meta.get('version') else [] -%}
    {{- return(['load_id', 'landing_row', 'source_system', 'source_order'] + deleted + ['received_at']) -}}
{%- endmacro %}

{% macro staged_name(column) -%}
    {{- return(column.config.meta.get('staged_as', column.name)) -}}
{%- endmacro %}

{% macro is_time(column) -%}
    {{- return(column.data_type in ['date', 'timestamp']) -}}
{%- endmacro %}

{# Whether a value that is wrong sets the row aside, and not itself alone. #}
{% macro is_needed(table, column) -%}
    {%- set meta = table.config.meta -%}
    {{- return(
        column.name in meta.get('key', []) + [meta.get('version'), meta.get('event_time')]
        or column.config.meta.get('required') or column.config.meta.get('empty_means')
    ) -}}
{%- endmacro %}

{# A landed value as staging hands it on. #}
{% macro landed_value(column) -%}
    {%- if column.data_type == 'timestamp' -%}
        {{ landed_instant(column.name) }}
    {%- elif column.config.meta.get('folded') -%}
        lower({{ column.name }})
    {%- else -%}
        {{ column.name }}
    {%- endif -%}
{%- endmacro %}

{# A date that came without a time lands as wall time: it is the start of that date in the reporting time zone. #}
{% macro landed_instant(name) -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
        {{ name }}
    {%- else -%}
        case
            when ',' || bare_dates || ',' like '%,{{ name }},%' then {{ start_of_local_date(name) }}
            else {{ name }}
        end
    {%- endif -%}
{%- endmacro %}

{# Nothing before it is believed: it would stretch the dates and fill windows. #}
{% macro is_before_earliest_date(column) -%}
    {{ column.name }} < cast('{{ var("earliest_date") }}' as {{ column.data_type }})
{%- endmacro %}
