{{ config(materialized='view') }}

{% for entity in contract_entities() %}
select
    '{{ entity }}' as entity,
    staged.load_id,
    staged.landing_row,
    staged.received_at,
    staged.rejection_reason,
    coalesce(staged.raw_text, {{ row_as_text('staged') }}) as raw_text
from {{ ref('stg_landing__' ~ entity) }} as staged
where staged.rejection_reason is not null
union all
{% endfor %}
select
    'usage_identities' as entity,
    links.load_id,
    links.landing_row,
    links.received_at,
    links.rejection_reason,
    {{ row_as_text('links') }} as raw_text
from {{ ref('int_links_set_aside') }} as links
