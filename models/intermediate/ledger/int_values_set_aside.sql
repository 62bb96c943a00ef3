with

judged as (
    {% for entity in contract_entities() %}
    select
        '{{ entity }}' as entity,
        load_id,
        values_set_aside,
        count(*) as row_count
    from {{ ref('stg_landing__' ~ entity) }}
    where
        values_set_aside is not null
        and rejection_reason is null
    group by load_id, values_set_aside
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- a row can have several
single as (
    select
        entity,
        load_id,
        row_count,
        {{ split_to_rows('values_set_aside', ',') }} as value_set_aside
    from judged
)

select
    entity,
    load_id,
    cast(sum(row_count) as bigint) as value_count,
    split_part(value_set_aside, ':', 1) as column_name,
    split_part(value_set_aside, ':', 2) as reason
from single
group by entity, load_id, value_set_aside
