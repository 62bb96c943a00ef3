{# What differs between databases about dates and times. Timestamps are UTC wall time without a zone.
   default__ is what DuckDB and PostgreSQL both understand. #}

{# The calendar date of an instant in the reporting time zone, right across daylight-saving changes. #}
{% macro local_date(instant) %}{{ return(adapter.dispatch('local_date')(instant)) }}{% endmacro %}

{% macro default__local_date(instant) -%}
    {%- if var('reporting_timezone') == 'UTC' -%}
        cast({{ instant }} as date)
    {%- else -%}
        cast(timezone('{{ var("reporting_timezone") }}', timezone('UTC', {{ instant }})) as date)
    {%- endif -%}
{%- endmacro %}

{# The instant (UTC) at which the clocks of a time zone show a local time. #}
{% macro instant_of_local_time(local_time, timezone) %}
    {{- return(adapter.dispatch('instant_of_local_time')(local_time, timezone)) -}}
{% endmacro %}

{% macro default__instant_of_local_time(local_time, timezone) -%}
    timezone('UTC', timezone({{ timezone }}, {{ local_time }}))
{%- endmacro %}

{# The local time that the clocks of a time zone show at an instant (UTC). #}
{% macro local_time_of_instant(instant, timezone) %}
    {{- return(adapter.dispatch('local_time_of_instant')(instant, timezone)) -}}
{% endmacro %}

{% macro default__local_time_of_instant(instant, timezone) -%}
    timezone({{ timezone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{# The instant (UTC) at which a date begins in the reporting time zone. #}
{% macro start_of_local_date(date_expression) -%}
    {{ instant_of_local_time('cast(' ~ date_expression ~ ' as timestamp)', "'" ~ var('reporting_timezone') ~ "'") }}
{%- endmacro %}

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

{% macro add_minutes(instant, minutes) %}{{ return(adapter.dispatch('add_minutes')(instant, minutes)) }}{% endmacro %}

{% macro default__add_minutes(instant, minutes) -%}
    ({{ instant }} + cast({{ minutes }} as integer) * interval '1 minute')
{%- endmacro %}

{# Whole microseconds from one instant to another. #}
{% macro microseconds_between(from_instant, to_instant) %}
    {{- return(adapter.dispatch('microseconds_between')(from_instant, to_instant)) -}}
{% endmacro %}

{% macro duckdb__microseconds_between(from_instant, to_instant) -%}
    date_diff('microsecond', {{ from_instant }}, {{ to_instant }})
{%- endmacro %}

{% macro postgres__microseconds_between(from_instant, to_instant) -%}
    cast(1000000 * extract(epoch from {{ to_instant }} - {{ from_instant }}) as bigint)
{%- endmacro %}

{# Minutes from one instant to another, with fractions, to the microsecond. #}
{% macro minutes_between(from_instant, to_instant) -%}
    {{ minutes_of(microseconds_between(from_instant, to_instant)) }}
{%- endmacro %}

{% macro minutes_of(microseconds) -%}
    (cast({{ microseconds }} as double precision) / 60000000)
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

{# Which of the equal slots of so many minutes, one after the other, an instant is in: the slot's start. #}
{% macro minutes_slot(instant, minutes) %}{{ return(adapter.dispatch('minutes_slot')(instant, minutes)) }}{% endmacro %}

{% macro duckdb__minutes_slot(instant, minutes) -%}
    time_bucket(to_minutes({{ minutes }}), {{ instant }})
{%- endmacro %}

{% macro postgres__minutes_slot(instant, minutes) -%}
    date_bin({{ minutes }} * interval '1 minute', {{ instant }}, timestamp '2000-01-03')
{%- endmacro %}
