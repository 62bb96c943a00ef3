{# A business clock runs only while support is open: minutes between two of its readings. Readings are whole
   microseconds, so that equal waits are equal to the last digit. #}
{% macro business_minutes(from_reading, to_reading) -%}
    {{ minutes_of(to_reading ~ ' - ' ~ from_reading) }}
{%- endmacro %}

{# The time of a date that is written as HH:MM; 24:00 is the end of the date. #}
{% macro business_local_time(date_expression, clock_time) -%}
    {%- set minutes -%}
        60 * cast(substring({{ clock_time }}, 1, 2) as integer) + cast(substring({{ clock_time }}, 4, 2) as integer)
    {%- endset -%}
    {{ add_minutes('cast(' ~ date_expression ~ ' as timestamp)', minutes) }}
{%- endmacro %}
