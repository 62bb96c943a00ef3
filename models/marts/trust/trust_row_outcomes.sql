with

accounting as (
    select * from {{ ref('int_row_accounting') }}
)

select
    entity,
    load_id,
    {% for outcome in row_outcomes() %}
    {{ outcome }}_rows,
    {% endfor %}
    raw_rows
from accounting
