with

daily as (
    select * from {{ ref('support_account_daily') }}
),

-- the date on which an account has neither tickets nor people any more: without it, the number of the date before
-- would stand for all that follow
ends as (
    select
        dates.date_day,
        daily.account_id,
        dates.is_complete
    from daily
    inner join {{ ref('int_support_dates') }} as dates on dates.date_day = {{ add_days('daily.date_day', 1) }}
    left join daily as going_on
        on
            daily.account_id = going_on.account_id
            and dates.date_day = going_on.date_day
    where going_on.account_id is null
)

select
    date_day,
    account_id,
    true as is_counted,
    contact_rate,
    is_complete
from daily
union all
select
    date_day,
    account_id,
    false as is_counted,
    cast(null as double precision) as contact_rate,
    is_complete
from ends
