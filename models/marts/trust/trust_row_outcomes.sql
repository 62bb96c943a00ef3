with

accounting as (
    select * from {{ ref('int_row_accounting') }}
)

select
    entity,
    load_id,
    raw_rows,
    {%- for outcome in row_outcomes() %}
    {{ outcome }}_rows{{ ',' if not loop.last }}
    {%- endfor %}
from accounting
