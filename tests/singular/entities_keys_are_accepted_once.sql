-- Of all rows with one key of one source system at most one is accepted.
{% for entity in contract_entities() if entity != 'usage_events' %}
{%- set key = landing_entity(entity).config.meta.key | join(', ') if execute else 'load_id' %}
select
    '{{ entity }}' as entity,
    {{ content_of(key.split(', ')) }} as entity_key,
    count(*) as accepted_rows
from {{ ref('int_' ~ entity) }}
where row_outcome = 'accepted'
group by source_system, {{ key }}
having count(*) > 1
{{ 'union all' if not loop.last }}
{% endfor %}
