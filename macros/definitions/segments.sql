{# Segments are those of the account on the date of the activity, response or ticket itself. #}

{# Columns that a left join of int_account_spans adds; an account that the CRM does not know is unknown. #}
{% macro segment_columns(spans) -%}
    coalesce({{ spans }}.plan, 'none') as plan,
    coalesce({{ spans }}.size_segment, 'unknown') as size_segment,
    coalesce({{ spans }}.industry, 'unknown') as industry,
    coalesce({{ spans }}.region, 'unknown') as region
{%- endmacro %}

{# Long form of the segments: a row becomes one a segment_type, with its segment_value. #}
{% macro by_segment(relation, segment_types) -%}
    {%- for segment_type in segment_types %}
        select
            *,
            '{{ segment_type }}' as segment_type,
            {{ segment_type }} as segment_value
        from {{ relation }}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}

{% macro account_segment_types() %}{{ return(['plan', 'size_segment', 'industry', 'region']) }}{% endmacro %}
