-- A load says how many rows it brought of each table: as many are accounted for.
select
    loads.entity,
    loads.load_id,
    loads.row_count,
    accounting.entity as accounted_entity,
    accounting.load_id as accounted_load_id,
    accounting.raw_rows
from {{ ref('int_loads') }} as loads
full outer join {{ ref('int_row_accounting') }} as accounting
    on
        loads.entity = accounting.entity
        and loads.load_id = accounting.load_id
where
    loads.entity is null
    or loads.row_count <> coalesce(accounting.raw_rows, 0)
