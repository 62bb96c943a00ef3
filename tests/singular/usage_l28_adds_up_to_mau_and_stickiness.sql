-- L28 says more finely what MAU and stickiness say: its people are the MAU, its days times people their person days.
with

l28 as (
    select
        date_day,
        sum(people) as people,
        sum(active_days * people) as person_days
    from {{ ref('usage_l28') }}
    group by date_day
)

select
    daily.date_day,
    daily.mau,
    l28.people,
    daily.stickiness,
    l28.person_days
from {{ ref('usage_daily') }} as daily
full outer join l28 on daily.date_day = l28.date_day
where not coalesce(
    daily.mau = l28.people
    and daily.person_days_28d = l28.person_days
    and (
        daily.mau = 0
        or abs(
            daily.stickiness - cast(l28.person_days as double precision) / ({{ var('window_days') }} * daily.mau)
        ) <= 1e-12
    ),
    false
)
