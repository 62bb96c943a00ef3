with

versions as (
    select
        *,
        {{ local_date('updated_at') }} as version_date
    from {{ ref('int_crm_accounts') }}
    where row_outcome in ('accepted', 'superseded')
),

-- of several versions on one date the last one holds for that date
ranked as (
    select
        *,
        row_number() over (
            partition by account_id, source_system, version_date order by updated_at desc nulls last
        ) as rank_in_date,
        row_number() over (partition by account_id, source_system order by updated_at) as version_number
    from versions
),

holding as (
    select
        *,
        version_date as holds_from_date
    from ranked
    where rank_in_date = 1
    union all
    -- before its first version an account has that version's values
    select
        *,
        {{ beginning_of_time() }} as holds_from_date
    from ranked
    where version_number = 1
),

spans as (
    select
        *,
        lead(holds_from_date) over (partition by account_id, source_system order by holds_from_date) as holds_to_date
    from holding
),

boundaries as (
    select distinct
        account_id,
        holds_from_date as boundary_date
    from holding
),

-- what each system says from each date on which one of them changed
known as (
    select
        spans.*,
        boundaries.boundary_date
    from boundaries
    inner join spans
        on
            boundaries.account_id = spans.account_id
            and {{ is_within('boundaries.boundary_date', 'spans.holds_from_date', 'spans.holds_to_date') }}
),

merged as (
    select distinct
        account_id,
        {%- for column in [
            'parent_account_id', 'account_name', 'size_segment', 'industry', 'region', 'owner', 'created_at', 'is_deleted'
        ] %}
        {{ first_known(column, of='account_id, boundary_date') }} as {{ column }},
        {%- endfor %}
        boundary_date
    from known
)

select
    account_id,
    parent_account_id,
    account_name,
    size_segment,
    industry,
    region,
    owner,
    created_at,
    boundary_date as version_date,
    boundary_date = {{ beginning_of_time() }} as is_backfilled,
    coalesce(is_deleted, false) as is_deleted
from merged
