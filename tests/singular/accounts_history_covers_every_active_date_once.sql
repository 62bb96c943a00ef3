-- On each date on which someone is active in an account, its history has one answer; accounts that are not in
-- dim_accounts have none.
with

active_dates as (
    select distinct
        account_id,
        activity_date
    from {{ ref('int_person_days') }}
    where account_id is not null
),

covered as (
    select
        active_dates.account_id,
        active_dates.activity_date,
        count(spans.account_id) as spans_of_date
    from active_dates
    left join {{ ref('dim_accounts_history') }} as spans
        on
            active_dates.account_id = spans.account_id
            and {{ is_within('active_dates.activity_date', 'spans.valid_from_date', 'spans.valid_to_date') }}
    group by active_dates.account_id, active_dates.activity_date
)

select covered.*
from covered
left join {{ ref('dim_accounts') }} as known on covered.account_id = known.account_id
where covered.spans_of_date <> case when known.account_id is null then 0 else 1 end
