with

dates as (
    select * from {{ ref('int_support_dates') }}
),

people as (
    {{ rolling_actives(ref('int_person_days'), 'person_id', ref('int_account_window_dates'), ['account_id']) }}
),

tickets as (
    select
        date_day,
        account_id,
        count(*) as tickets_created
    from {{ ref('int_ticket_window_dates') }}
    where account_id is not null
    group by date_day, account_id
),

involved as (
    select
        date_day,
        account_id
    from tickets
    union
    select
        date_day,
        account_id
    from people
    where active_window > 0
),

-- a date on which usage is known has 0 people of an account that was not active, any other has NULL
counted as (
    select
        involved.date_day,
        involved.account_id,
        dates.is_complete,
        coalesce(tickets.tickets_created, 0) as tickets_created_28d,
        case when usage_dates.date_day is not null then coalesce(people.active_window, 0) end as mau
    from involved
    inner join dates on involved.date_day = dates.date_day
    left join {{ ref('int_usage_dates') }} as usage_dates on involved.date_day = usage_dates.date_day
    left join tickets
        on
            involved.date_day = tickets.date_day
            and involved.account_id = tickets.account_id
    left join people
        on
            involved.date_day = people.date_day
            and involved.account_id = people.account_id
)

select
    date_day,
    account_id,
    tickets_created_28d,
    mau,
    {{ contact_rate('tickets_created_28d', 'mau') }} as contact_rate,
    is_complete
from counted
