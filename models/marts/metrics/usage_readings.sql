with

readings as (
    select
        'total' as segment_type,
        'all' as segment_value,
        date_day,
        dau,
        wau,
        mau,
        dau_mau_ratio,
        stickiness,
        daily_active_accounts,
        weekly_active_accounts,
        monthly_active_accounts,
        has_full_window,
        is_complete
    from {{ ref('usage_daily') }}
    union all
    select
        segment_type,
        segment_value,
        date_day,
        dau,
        wau,
        mau,
        dau_mau_ratio,
        stickiness,
        daily_active_accounts,
        weekly_active_accounts,
        monthly_active_accounts,
        has_full_window,
        is_complete
    from {{ ref('usage_daily_by_segment') }}
)

select
    date_day,
    dau,
    wau,
    mau,
    dau_mau_ratio,
    stickiness,
    daily_active_accounts,
    weekly_active_accounts,
    monthly_active_accounts,
    has_full_window,
    is_complete,
    {{ reading_columns('segment_type', 'segment_value', account_segment_types() + ['platform']) }}
from readings
