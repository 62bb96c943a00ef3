{# On a date each person's last answer of the trailing window counts: from its own date until the person's next
   one, or until the window has passed it by. This is that end, exclusive; `within` names what is told apart. #}
{% macro survey_current_until(within) -%}
    {%- set window_end = add_days('response_date', var('nps_window_days')) -%}
    {%- set next_response -%}
        lead(response_date) over (
            partition by {{ within }}, person_id order by responded_at, {{ place_in_source() }}
        )
    {%- endset -%}
    least(coalesce({{ next_response }}, {{ window_end }}), {{ window_end }})
{%- endmacro %}
