{% set entities = contract_entities() %}

with

-- counted where the rows land, so that nothing that happens to them later can hide a loss
raw_counts as (
    {% for entity in entities %}
    select
        '{{ entity }}' as entity,
        load_id,
        count(*) as raw_rows
    from {{ ref('stg_landing__' ~ entity) }}
    group by load_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

outcomes as (
    {% for entity in entities if entity != 'usage_events' %}
    select
        '{{ entity }}' as entity,
        load_id,
        row_outcome,
        count(*) as outcome_rows
    from {{ ref('int_' ~ entity) }}
    group by load_id, row_outcome
    union all
    {% endfor %}
    select
        'usage_events' as entity,
        load_id,
        row_outcome,
        sum(event_count) as outcome_rows
    from {{ ref('int_usage_event_days') }}
    group by load_id, row_outcome
    -- what a link is worth is seen only beside other rows: accepted as a row, it may be set aside after all
    {% for row_outcome, rows in [('accepted', '-1'), ('quarantined', '1')] %}
    union all
    select
        'usage_identities' as entity,
        load_id,
        '{{ row_outcome }}' as row_outcome,
        {{ rows }} as outcome_rows
    from {{ ref('int_links_set_aside') }}
    {% endfor %}
),

outcome_counts as (
    select
        entity,
        load_id,
        {% for outcome in row_outcomes() %}
        sum(case when row_outcome = '{{ outcome }}' then outcome_rows else 0 end) as {{ outcome }}_rows,
        {% endfor %}
        sum(outcome_rows) as outcome_rows
    from outcomes
    group by entity, load_id
)

select
    {% for outcome in row_outcomes() %}
    cast(coalesce(outcome_counts.{{ outcome }}_rows, 0) as bigint) as {{ outcome }}_rows,
    {% endfor %}
    coalesce(raw_counts.entity, outcome_counts.entity) as entity,
    coalesce(raw_counts.load_id, outcome_counts.load_id) as load_id,
    coalesce(raw_counts.raw_rows, 0) as raw_rows
from raw_counts
full outer join outcome_counts
    on
        raw_counts.entity = outcome_counts.entity
        and raw_counts.load_id = outcome_counts.load_id
