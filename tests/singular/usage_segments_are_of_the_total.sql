-- No segment has more people or accounts than the total, and each person who is active is in a segment of every type:
-- together the values of a type have at least the total (more where someone is in two of them).
with

segments as (
    select
        date_day,
        segment_type,
        max(dau) as most_dau,
        max(wau) as most_wau,
        max(mau) as most_mau,
        max(monthly_active_accounts) as most_accounts,
        sum(dau) as sum_of_dau,
        sum(mau) as sum_of_mau,
        sum(monthly_active_accounts) as sum_of_accounts
    from {{ ref('usage_daily_by_segment') }}
    group by date_day, segment_type
)

select
    segments.*,
    daily.dau,
    daily.wau,
    daily.mau,
    daily.monthly_active_accounts
from {{ ref('usage_daily') }} as daily
left join segments on daily.date_day = segments.date_day
where not coalesce(
    daily.dau between segments.most_dau and segments.sum_of_dau
    and daily.wau >= segments.most_wau
    and daily.mau between segments.most_mau and segments.sum_of_mau
    and daily.monthly_active_accounts between segments.most_accounts and segments.sum_of_accounts,
    false
)
