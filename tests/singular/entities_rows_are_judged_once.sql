-- Every landed row has one outcome: none is lost and none counts twice on its way through an entity's model.
{% for entity in contract_entities() if entity != 'usage_events' %}
select
    '{{ entity }}' as entity,
    load_id,
    landing_row,
    count(*) as row_count
from {{ ref('int_' ~ entity) }}
group by load_id, landing_row
having count(*) > 1
{{ 'union all' if not loop.last }}
{% endfor %}
