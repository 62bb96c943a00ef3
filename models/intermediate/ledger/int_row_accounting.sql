{% set entities = contract_entities() %}

with

-- counted where the rows land, so that nothing that happens to them later can hide a loss
raw_counts as (
    {% for entity in entities %}
    select
        '{{ entity }}' as entity,
        load_id,
        count(*) as raw_rows
    from ({{ staged_rows(entity) }}) as staged
    group by load_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

outcomes as (
    {% for entity in entities %}
    select
        '{{ entity }}' as entity,
        load_id,
        row_outcome,
        {{ 'sum(event_count)' if entity == 'usage_events' else 'count(*)' }} as outcome_rows
    from {{ ref('int_usage_event_days' if entity == 'usage_events' else 'int_' ~ entity) }}
    group by load_id, row_outcome
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

outcome_counts as (
    select
        entity,
        load_id,
        {% for outcome in row_outcomes() %}
        cast(sum(case when row_outcome = '{{ outcome }}' then outcome_rows else 0 end) as bigint)
            as {{ outcome }}_rows{{ ',' if not loop.last }}
        {% endfor %}
    from outcomes
    group by entity, load_id
)

select
    coalesce(raw_counts.entity, outcome_counts.entity) as entity,
    coalesce(raw_counts.load_id, outcome_counts.load_id) as load_id,
    coalesce(raw_counts.raw_rows, 0) as raw_rows,
    {% for outcome in row_outcomes() %}
    coalesce(outcome_counts.{{ outcome }}_rows, 0) as {{ outcome }}_rows{{ ',' if not loop.last }}
    {% endfor %}
from raw_counts
full outer join outcome_counts
    on
        raw_counts.entity = outcome_counts.entity
        and raw_counts.load_id = outcome_counts.load_id
