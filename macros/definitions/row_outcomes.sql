{# Every landed row is accounted for: raw = accepted + superseded + duplicate + quarantined. #}

{# The staged rows of an entity from every source system that var `sources` switches on. #}
{% macro staged_rows(entity) -%}
    {%- for system in var('sources') %}
        select * from {{ ref('stg_' ~ system ~ '__' ~ entity) }}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# All rows of an entity with their row_outcome. The key and the version column come from the contract:
   of rows that repeat a key (and version) the one of the lowest load, first in its load, counts. #}
{% macro judged_rows(entity) -%}
    {%- set meta = landing_entity(entity).config.meta if execute else {'key': ['load_id']} -%}
    {%- set key = meta.key | join(', ') -%}
    {%- set version = meta.get('version') -%}
    select
        *,
        case
            when rejection_reason is not null then 'quarantined'
            when repeat_number > 1 then 'duplicate'
            {%- if version %}
            when row_number() over (
                partition by rejection_reason is null, repeat_number = 1, {{ key }}
                order by {{ version }} desc
            ) > 1 then 'superseded'
            {%- endif %}
            else 'accepted'
        end as row_outcome
    from (
        select
            *,
            row_number() over (
                partition by rejection_reason is null, {{ key }}{{ ', ' ~ version if version }}
                order by load_id, landing_row
            ) as repeat_number
        from ({{ staged_rows(entity) }}) as staged
    ) as numbered
{%- endmacro %}

{# Why a row cannot be used, judged by itself alone; NULL for a sound row. What is required comes from
   the contract, and an empty text is missing, as it is in a CSV file; `rules` adds those of one
   entity as {reason: condition}, in order. #}
{% macro rejection_reason(entity, rules={}) -%}
    {%- set table = landing_entity(entity) if execute else {'columns': {}, 'config': {'meta': {'event_time': 'received_at'}}} -%}
    {%- set event_time = table.config.meta.event_time -%}
    case
        when parse_error is not null then 'unparseable_' || parse_error
    {%- for column in table.columns.values() if column.config.meta.get('required') %}
        when {{ column.name }} is null{{ " or " ~ column.name ~ " = ''" if column.data_type == 'text' }}
            then 'missing_{{ column.name }}'
    {%- endfor %}
        when {{ event_time }} > {{ add_minutes('received_at', var('clock_tolerance_minutes')) }}
            then '{{ event_time }}_in_future'
    {%- for reason, condition in rules.items() %}
        when {{ condition }} then '{{ reason }}'
    {%- endfor %}
    end
{%- endmacro %}

{# Rejections of a score that is not on its scale, for one kind of survey. #}
{% macro score_rules(column, kind) -%}
    {%- set scale = var('survey_scales')[kind] -%}
    {{- return({
        column ~ '_not_whole': column ~ ' <> floor(' ~ column ~ ')',
        column ~ '_out_of_range': column ~ ' not between ' ~ scale.lowest ~ ' and ' ~ scale.highest,
    }) -}}
{%- endmacro %}

{% macro survey_kinds() -%}
    {{- return("('" ~ var('survey_scales').keys() | sort | join("', '") ~ "')") -}}
{%- endmacro %}

{% macro invitation_rules() -%}
    {{- return({'unknown_survey_kind': 'survey_kind not in ' ~ survey_kinds()}) -}}
{%- endmacro %}

{# An answer counts only as a whole number on the scale of its kind of survey. #}
{% macro response_rules() -%}
    {%- set off_scale = [] -%}
    {%- for kind, scale in var('survey_scales').items() -%}
        {%- do off_scale.append("(survey_kind = '" ~ kind ~ "' and score not between " ~ scale.lowest ~ ' and ' ~ scale.highest ~ ')') -%}
    {%- endfor -%}
    {{- return({
        'unknown_survey_kind': 'survey_kind not in ' ~ survey_kinds(),
        'score_not_whole': 'score <> floor(score)',
        'score_out_of_range': off_scale | join(' or '),
    }) -}}
{%- endmacro %}
