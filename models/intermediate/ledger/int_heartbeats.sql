with

loads as (
    select * from {{ ref('int_loads') }}
)

select
    entity,
    source_system,
    max(complete_until) as complete_until,
    max(load_id) as last_load_id
from loads
where
    true
    {%- for system in var('ended_systems') %}
    and source_system <> '{{ system | replace("'", "''") }}'
    {%- endfor %}
group by entity, source_system
