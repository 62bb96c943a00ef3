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
    -- whether a link closes a cycle is seen only beside other links: accepted as a row, it is set aside after all
    {% for row_outcome, rows in [('accepted', '-1'), ('quarantined', '1')] %}
    union all
    select
        'usage_identities' as entity,
        load_id,
        '{{ row_outcome }}' as row_outcome,
        {{ rows }} as outcome_rows
    from {{ ref('int_identity_links') }}
    where is_on_cycle
    {% endfor %}
),

outcome_counts as (
    select
        entity,
        load_id,
        sum(case when row_outcome = 'accepted' then outcome_rows else 0 end) as accepted_rows,
        sum(case when row_outcome = 'superseded' then outcome_rows else 0 end) as superseded_rows,
        sum(case when row_outcome = 'duplicate' then outcome_rows else 0 end) as duplicate_rows,
        sum(case when row_outcome = 'quarantined' then outcome_rows else 0 end) as quarantined_rows
    from outcomes
    group by entity, load_id
)

select
    cast(coalesce(outcome_counts.accepted_rows, 0) as bigint) as accepted_rows,
    cast(coalesce(outcome_counts.superseded_rows, 0) as bigint) as superseded_rows,
    cast(coalesce(outcome_counts.duplicate_rows, 0) as bigint) as duplicate_rows,
    cast(coalesce(outcome_counts.quarantined_rows, 0) as bigint) as quarantined_rows,
    coalesce(raw_counts.entity, outcome_counts.entity) as entity,
    coalesce(raw_counts.load_id, outcome_counts.load_id) as load_id,
    coalesce(raw_counts.raw_rows, 0) as raw_rows
from raw_counts
full outer join outcome_counts
    on
        raw_counts.entity = outcome_counts.entity
        and raw_counts.load_id = outcome_counts.load_id
