with

current_spans as (
    select * from {{ ref('dim_accounts_history') }}
    where is_current
),

versions as (
    select
        account_id,
        min(created_at) as created_at
    from {{ ref('int_account_versions') }}
    group by account_id
),

activity as (
    select
        account_id,
        min(activity_date) as first_active_date,
        max(activity_date) as last_active_date
    from {{ ref('int_person_days') }}
    group by account_id
),

excluded as (
    {{ excluded_accounts() }}
)

select
    current_spans.account_id,
    current_spans.account_name,
    current_spans.parent_account_id,
    current_spans.owner,
    current_spans.size_segment,
    current_spans.industry,
    current_spans.region,
    current_spans.plan,
    current_spans.arr,
    versions.created_at,
    activity.first_active_date,
    activity.last_active_date,
    excluded.exclusion_rule,
    current_spans.is_deleted,
    versions.account_id is not null as is_in_crm
from current_spans
left join versions on current_spans.account_id = versions.account_id
left join activity on current_spans.account_id = activity.account_id
left join excluded on current_spans.account_id = excluded.account_id
