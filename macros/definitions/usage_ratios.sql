{# Ratios of the counts that rolling_actives gives. NULL where nobody is active. #}

{# Share of the people of the window who are active on its last date; swings with weekends. #}
{% macro dau_mau_ratio(counts) -%}
    cast({{ counts }}.active_day as double precision) / nullif({{ counts }}.active_window, 0)
{%- endmacro %}

{# Mean DAU of the window over its MAU: the mean share of its dates on which its people are active. #}
{% macro stickiness(counts) -%}
    cast({{ counts }}.entity_days_in_window as double precision) / {{ var('window_days') }} / nullif({{ counts }}.active_window, 0)
{%- endmacro %}

{# People gained for each one lost. #}
{% macro quick_ratio(new_people, resurrected_people, dormant_people) -%}
    cast({{ new_people }} + {{ resurrected_people }} as double precision) / nullif({{ dormant_people }}, 0)
{%- endmacro %}
