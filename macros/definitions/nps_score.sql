{# Net Promoter Score, -100 to 100, of counts or of sums of weights. NULL without answers. The share comes first:
   100 times a weight is rounded, and would be a little more than 100 of them. #}
{% macro nps(promoters, detractors, total) -%}
    100 * (cast({{ promoters }} - {{ detractors }} as double precision) / nullif({{ total }}, 0))
{%- endmacro %}

{# Its margin of error in points; `responses` is the number of answers, for weights the effective one. NULL
   where all answers share a category: the sample then tells nothing about how much they scatter. #}
{% macro nps_margin_of_error(promoters, detractors, total, responses) -%}
    {%- set promoter_share -%} cast({{ promoters }} as double precision) / nullif({{ total }}, 0) {%- endset -%}
    {%- set detractor_share -%} cast({{ detractors }} as double precision) / nullif({{ total }}, 0) {%- endset -%}
    {%- set variance -%}
        ({{ promoter_share }} + {{ detractor_share }} - power({{ promoter_share }} - {{ detractor_share }}, 2))
    {%- endset -%}
    case when {{ variance }} > 0 then 100 * {{ survey_margin_of_error(variance, responses) }} end
{%- endmacro %}
