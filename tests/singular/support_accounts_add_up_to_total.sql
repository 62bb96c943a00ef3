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
            daily.date_day >= tickets.created_date
            and {{ add_days('daily.date_day', -1 * var('window_days')) }} < tickets.created_date
            and tickets.is_without_account
    group by daily.date_day
)

select
    daily.date_day,
    daily.tickets_created_28d,
    without_account.tickets as without_account,
    coalesce(accounts.tickets, 0) as of_accounts
from {{ ref('support_daily') }} as daily
inner join without_account on daily.date_day = without_account.date_day
left join accounts on daily.date_day = accounts.date_day
where daily.tickets_created_28d <> coalesce(accounts.tickets, 0) + without_account.tickets
