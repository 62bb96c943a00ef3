{# A ticket is open from its creation; these events close and open it. One that finds it so already is no change. #}
{% macro support_state_events() -%}
    ('solved', 'reopened')
{%- endmacro %}

{# Whether a ticket that changed so often is open. #}
{% macro is_ticket_open(solve_count, reopen_count) -%}
    {{ solve_count }} = {{ reopen_count }}
{%- endmacro %}

{# Of the tickets that were ever solved, the share that was opened again. #}
{% macro support_reopen_rate(reopened_tickets, solved_tickets) -%}
    cast({{ reopened_tickets }} as double) / nullif({{ solved_tickets }}, 0)
{%- endmacro %}
