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
        row_number() over (partition by account_id, version_date order by updated_at desc) as rank_in_date,
        row_number() over (partition by account_id order by updated_at) as version_number
    from versions
),

holding as (
    select
        *,
        version_date as holds_from_date,
        false as is_backfilled
    from ranked
    where rank_in_date = 1
    union all
    -- before its first version an account has that version's values
    select
        *,
        {{ beginning_of_time() }} as holds_from_date,
        true as is_backfilled
    from ranked
    where version_number = 1
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
    holds_from_date as version_date,
    is_backfilled
from holding
