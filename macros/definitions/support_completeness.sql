{# Whether a date is complete for support and for the usage its rates are per; usage that was never landed
   holds nothing back. #}
{% macro is_support_complete(date_expression) -%}
    {{ is_complete(date_expression, 'support') }}
    and coalesce({{ date_expression }} <= {{ as_of_date('usage') }}, true)
{%- endmacro %}

{# The instant up to which waiting times are observed; NULL if nothing of support was landed. #}
{% macro support_observed_until() -%}
    {{ start_of_local_date(add_days(as_of_date('support'), 1)) }}
{%- endmacro %}
