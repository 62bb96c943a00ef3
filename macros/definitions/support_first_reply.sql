{# Whether an event is a reply that the customer waits for: public and by a person; bots do not count. #}
{% macro is_staff_reply(event_type, actor_role) -%}
    ({{ event_type }} = 'public_reply' and {{ actor_role }} = 'staff')
{%- endmacro %}
