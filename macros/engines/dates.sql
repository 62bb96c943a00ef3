{# What differs between databases about dates. default__ is what DuckDB and PostgreSQL both understand. #}

{% macro add_days(date_expression, days) %}{{ return(adapter.dispatch('add_days')(date_expression, days)) }}{% endmacro %}

{% macro default__add_days(date_expression, days) -%}
    ({{ date_expression }} + cast({{ days }} as integer))
{%- endmacro %}

{# Whole days from one date to another, negative if the second is earlier. #}
{% macro days_between(from_date, to_date) %}
    {{- return(adapter.dispatch('days_between')(from_date, to_date)) -}}
{% endmacro %}

{% macro default__days_between(from_date, to_date) -%}
    ({{ to_date }} - {{ from_date }})
{%- endmacro %}

{# Start of the ISO week (Monday), month or day that a date is in; `period` is a literal or a column. #}
{% macro period_start(period, date_expression) -%}
    cast(date_trunc({{ period }}, {{ date_expression }}) as date)
{%- endmacro %}

{# 1 is Monday, 7 is Sunday. #}
{% macro iso_weekday(date_expression) -%}
    (1 + {{ days_between(period_start("'week'", date_expression), date_expression) }})
{%- endmacro %}

{# The date `number` days, weeks or months after another. #}
{% macro add_periods(period, date_expression, number) %}
    {{- return(adapter.dispatch('add_periods')(period, date_expression, number)) -}}
{% endmacro %}

{% macro default__add_periods(period, date_expression, number) -%}
    cast({{ date_expression }} + cast({{ number }} as integer) * case {{ period }}
        when 'day' then interval '1 day'
        when 'week' then interval '7 days'
        when 'month' then interval '1 month'
    end as date)
{%- endmacro %}

{# One row a date, column date_day, from the first to the last inclusive; none where either is NULL. #}
{% macro dates_between(first_date, last_date) %}
    {{- return(adapter.dispatch('dates_between')(first_date, last_date)) -}}
{% endmacro %}

{% macro duckdb__dates_between(first_date, last_date) -%}
    select cast(unnest(generate_series({{ first_date }}, {{ last_date }}, interval '1 day')) as date) as date_day
{%- endmacro %}

{# Of dates themselves it would make instants in the time zone of the session. #}
{% macro postgres__dates_between(first_date, last_date) -%}
    select
        cast(generate_series(
            cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval '1 day'
        ) as date) as date_day
{%- endmacro %}

{# One row a whole number, column number, from the first to the last inclusive. #}
{% macro numbers_between(first_number, last_number) %}
    {{- return(adapter.dispatch('numbers_between')(first_number, last_number)) -}}
{% endmacro %}

{% macro duckdb__numbers_between(first_number, last_number) -%}
    select unnest(generate_series({{ first_number }}, {{ last_number }})) as number
{%- endmacro %}

{% macro postgres__numbers_between(first_number, last_number) -%}
    select generate_series({{ first_number }}, {{ last_number }}) as number
{%- endmacro %}
