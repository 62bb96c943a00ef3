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
    links.load_id,
    links.landing_row,
    identities.received_at,
    'identity_cycle' as rejection_reason,
    {{ row_as_text('links') }} as raw_text
from {{ ref('int_identity_links') }} as links
inner join {{ ref('int_usage_identities') }} as identities
    on
        links.load_id = identities.load_id
        and links.landing_row = identities.landing_row
where links.is_on_cycle
