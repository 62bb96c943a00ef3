{# What a respondent weighs in the ARR-weighted NPS: the account's ARR on the date of the answer, shared among
   all of the account's current respondents. NULL where the account has no ARR: such an answer is left out. #}
{% macro nps_arr_weight(account_arr, account_id, within) -%}
    case
        when {{ account_arr }} > 0
            then {{ account_arr }} / count(*) over (partition by {{ within }}, {{ account_id }})
    end
{%- endmacro %}

{# How many equally weighted answers would be as certain. A single one is 1, whatever the last digit of its square. #}
{% macro nps_effective_responses(weight, squared_weight) -%}
    {%- set certainty -%} {{ weight }} * {{ weight }} / nullif({{ squared_weight }}, 0) {%- endset -%}
    cast(cast({{ certainty }} as decimal(38, 15)) as double precision)
{%- endmacro %}
