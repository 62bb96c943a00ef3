with

quarantined as (
    select * from {{ ref('int_quarantined_rows') }}
)

select
    entity,
    rejection_reason,
    count(*) as quarantined_rows,
    max(load_id) as last_load_id
from quarantined
group by entity, rejection_reason
