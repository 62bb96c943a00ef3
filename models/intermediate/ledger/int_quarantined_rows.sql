{{ config(materialized='view') }}

{% for entity in contract_entities() %}
select
    '{{ entity }}' as entity,
    load_id,
    landing_row,
    received_at,
    rejection_reason,
    coalesce(raw_text, {{ row_as_text('staged') }}) as raw_text
from {{ ref('stg_landing__' ~ entity) }} as staged
where rejection_reason is not null
union all
{% endfor %}
select
    'usage_identities' as entity,
    load_id,
    landing_row,
    received_at,
    rejection_reason,
    {{ row_as_text('links') }} as raw_text
from {{ ref('int_links_set_aside') }} as links
