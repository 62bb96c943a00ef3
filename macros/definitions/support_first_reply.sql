{# Whether an event is a reply that the customer waits for: public and by a person; bots do not count. #}
{% macro is_staff_reply(event_meaning, role_meaning) -%}
    ({{ event_meaning }} = 'public_reply' and {{ role_meaning }} = 'staff')
{%- endmacro %}
