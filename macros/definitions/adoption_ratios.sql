{# Share of those who could use a feature who do. #}
{% macro adoption_rate(adopted, eligible) -%}
    cast({{ adopted }} as double precision) / nullif({{ eligible }}, 0)
{%- endmacro %}

{# Mean of overall adoption, stickiness and growth, each 0 to 100. #}
{% macro product_engagement_score(overall_adoption, stickiness, growth) -%}
    (100 * {{ overall_adoption }} + 100 * {{ stickiness }} + {{ growth }}) / 3
{%- endmacro %}

{# Share of the movement of people that is gain, 0 to 100: 50 where as many come as go. #}
{% macro growth(new_people, resurrected_people, dormant_people) -%}
    100 * cast({{ new_people }} + {{ resurrected_people }} as double precision)
    / nullif({{ new_people }} + {{ resurrected_people }} + {{ dormant_people }}, 0)
{%- endmacro %}

{# Share of all uses that the concentrated features make up. #}
{% macro concentrated_share() %}{{ return(0.8) }}{% endmacro %}
