select
    account_id,
    valid_from_date,
    valid_to_date,
    account_name,
    parent_account_id,
    owner,
    size_segment,
    industry,
    region,
    plan,
    arr,
    is_backfilled,
    is_deleted,
    valid_to_date is null as is_current
from {{ ref('int_account_spans') }}
