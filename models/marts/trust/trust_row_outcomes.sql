with

accounting as (
    select * from {{ ref('int_row_accounting') }}
)

select
    entity,
    load_id,
    cast(raw_rows as bigint) as raw_rows,
    cast(accepted_rows as bigint) as accepted_rows,
    cast(superseded_rows as bigint) as superseded_rows,
    cast(duplicate_rows as bigint) as duplicate_rows,
    cast(quarantined_rows as bigint) as quarantined_rows
from accounting
