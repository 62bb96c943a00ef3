{# Which scores and kinds of surveys count. #}

{# Rejections of a score that is not on the scale of a kind of survey. #}
{% macro score_rules(column, kind) -%}
    {%- set scale = var('survey_scales')[kind] -%}
    {{- return({
        'not_whole': column ~ ' <> floor(' ~ column ~ ')',
        'out_of_range': column ~ ' not between ' ~ scale.lowest ~ ' and ' ~ scale.highest,
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
