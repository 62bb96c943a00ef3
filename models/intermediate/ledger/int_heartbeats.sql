{%- set ended = var('ended_systems') | map('replace', "'", "''") | join("', '") -%}

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
where source_system not in ('{{ ended }}')
group by entity, source_system
