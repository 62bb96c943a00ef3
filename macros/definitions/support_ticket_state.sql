{# How far an event or a status says that a ticket has ended: 0 open, 1 solved, 2 merged or deleted; NULL where it
   says nothing of it. A ticket is open from its creation and goes up, until something opens it again: a solve of
   a ticket that was merged finds it ended. #}
{% macro support_end_rank(meaning) -%}
    case
        when {{ meaning }} in ('open', 'reopened') then 0
        when {{ meaning }} = 'solved' then 1
        when {{ meaning }} in {{ support_removals() }} then 2
    end
{%- endmacro %}

{# What ends a ticket without solving it, and takes it out of waiting times. #}
{% macro support_removals() -%}
    ('merged', 'deleted')
{%- endmacro %}

{# Whether a ticket is open whose last change of state this was. #}
{% macro is_ticket_open(last_change_type) -%}
    coalesce({{ last_change_type }} = 'reopened', true)
{%- endmacro %}

{# Of the tickets that were ever solved, the share that was opened again. #}
{% macro support_reopen_rate(reopened_tickets, solved_tickets) -%}
    cast({{ reopened_tickets }} as double precision) / nullif({{ solved_tickets }}, 0)
{%- endmacro %}
