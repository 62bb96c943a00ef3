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
        min(version_date) over (partition by account_id) as first_version_date
    from versions
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
    version_date,
    version_date = first_version_date as is_first_version
from ranked
where rank_in_date = 1
