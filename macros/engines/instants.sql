{# What differs between databases about instants: timestamps of UTC wall time, without a zone. #}

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

{# Which of the equal slots of so many minutes, one after the other, an instant is in: the slot's start. #}
{% macro minutes_slot(instant, minutes) %}{{ return(adapter.dispatch('minutes_slot')(instant, minutes)) }}{% endmacro %}

{% macro duckdb__minutes_slot(instant, minutes) -%}
    time_bucket(to_minutes({{ minutes }}), {{ instant }})
{%- endmacro %}

{% macro postgres__minutes_slot(instant, minutes) -%}
    date_bin({{ minutes }} * interval '1 minute', {{ instant }}, timestamp '2000-01-03')
{%- endmacro %}
