-- Tickets of the accounts and those without an account are all tickets of the window.
with

accounts as (
    select
        date_day,
        sum(tickets_created_28d) as tickets
    from {{ ref('support_account_daily') }}
    group by date_day
),

without_account as (
    select
        daily.date_day,
        count(tickets.ticket_id) as tickets
    from {{ ref('support_daily') }} as daily
    left join {{ ref('support_tickets') }} as tickets
        on
            tickets.created_date <= daily.date_day
            and tickets.created_date > {{ add_days('daily.date_day', -1 * var('window_days')) }}
            and tickets.is_without_account
    group by daily.date_day
)

select
    daily.date_day,
    daily.tickets_created_28d,
    coalesce(accounts.tickets, 0) as of_accounts,
    without_account.tickets as without_account
from {{ ref('support_daily') }} as daily
inner join without_account on daily.date_day = without_account.date_day
left join accounts on daily.date_day = accounts.date_day
where daily.tickets_created_28d <> coalesce(accounts.tickets, 0) + without_account.tickets
