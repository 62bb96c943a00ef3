with

values_set_aside as (
    select * from {{ ref('int_values_set_aside') }}
)

select
    entity,
    column_name,
    reason,
    cast(sum(value_count) as bigint) as value_count,
    max(load_id) as last_load_id
from values_set_aside
group by entity, column_name, reason
