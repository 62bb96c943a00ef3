{{ config(materialized='view') }}

{% for entity in contract_entities() %}
select
    '{{ entity }}' as entity,
    load_id,
    landing_row,
    received_at,
    rejection_reason,
    coalesce(raw_text, {{ row_as_text('staged') }}) as raw_text
from ({{ staged_rows(entity) }}) as staged
where rejection_reason is not null
{{ 'union all' if not loop.last }}
{% endfor %}
