with

versions as (
    select * from {{ ref('int_account_versions') }}
),

arr as (
    select * from {{ ref('int_account_arr') }}
),

plans as (
    select * from {{ ref('int_account_plans') }}
),

boundaries as (
    select
        account_id,
        {{ beginning_of_time() }} as boundary_date
    from versions
    union all
    select
        account_id,
        version_date
    from versions
    union all
    select
        account_id,
        valid_from_date
    from arr
    union all
    select
        account_id,
        valid_from_date
    from plans
),

spans as (
    {{ spans_between('boundaries') }}
),

ranked_versions as (
    select
        spans.account_id,
        spans.valid_from_date,
        versions.account_name,
        versions.parent_account_id,
        versions.owner,
        versions.size_segment,
        versions.industry,
        versions.region,
        coalesce(versions.is_backfilled, false) as is_backfilled,
        coalesce(versions.is_deleted, false) as is_deleted,
        row_number() over (
            partition by spans.account_id, spans.valid_from_date
            order by versions.version_date desc nulls last
        ) as version_rank
    from spans
    left join versions
        on
            spans.account_id = versions.account_id
            and spans.valid_from_date >= versions.version_date
)

select
    spans.account_id,
    spans.valid_from_date,
    spans.valid_to_date,
    ranked_versions.account_name,
    ranked_versions.parent_account_id,
    ranked_versions.owner,
    ranked_versions.is_backfilled,
    ranked_versions.is_deleted,
    coalesce(ranked_versions.size_segment, 'unknown') as size_segment,
    coalesce(ranked_versions.industry, 'unknown') as industry,
    coalesce(ranked_versions.region, 'unknown') as region,
    coalesce(plans.plan, 'none') as plan,
    coalesce(arr.arr, 0) as arr
from spans
inner join ranked_versions
    on
        spans.account_id = ranked_versions.account_id
        and spans.valid_from_date = ranked_versions.valid_from_date
        and ranked_versions.version_rank = 1
left join arr
    on
        spans.account_id = arr.account_id
        and {{ is_within('spans.valid_from_date', 'arr.valid_from_date', 'arr.valid_to_date') }}
left join plans
    on
        spans.account_id = plans.account_id
        and {{ is_within('spans.valid_from_date', 'plans.valid_from_date', 'plans.valid_to_date') }}
