with

dates as (
    select * from {{ ref('int_support_dates') }}
),

usage as (
    select
        date_day,
        mau
    from {{ ref('usage_daily') }}
),

created as (
    select
        created_date as date_day,
        count(*) as tickets_created
    from {{ ref('int_tickets') }}
    group by created_date
),

changed as (
    select
        changed_date as date_day,
        count(case when change_type = 'solved' then 1 end) as tickets_solved,
        count(case when change_type = 'reopened' then 1 end) as tickets_reopened,
        count(case when change_type in {{ support_removals() }} and was_open then 1 end) as tickets_removed
    from {{ ref('int_ticket_state_changes') }}
    group by changed_date
),

-- the tickets of the window, with all that has become of them
in_window as (
    select
        windows.date_day,
        count(*) as tickets_created,
        count(case when milestones.solve_count > 0 then 1 end) as solved_tickets,
        count(case when milestones.is_reopened then 1 end) as reopened_tickets,
        count(milestones.removed_at) as removed_tickets
    from {{ ref('int_ticket_window_dates') }} as windows
    inner join {{ ref('int_ticket_milestones') }} as milestones
        on
            windows.source_system = milestones.source_system
            and windows.ticket_id = milestones.ticket_id
    group by windows.date_day
),

wait_times as (
    select
        {% for measure in [
            'first_reply_minutes', 'first_reply_business_minutes', 'resolution_minutes', 'resolution_business_minutes'
        ] %}
        max(case when measure = '{{ measure }}' then median_minutes end) as median_{{ measure }},
        max(case when measure = '{{ measure }}' then p90_minutes end) as p90_{{ measure }},
        {% endfor %}
        date_day
    from {{ ref('int_support_wait_times') }}
    group by date_day
),

dense as (
    select
        dates.date_day,
        usage.mau,
        dates.has_full_window,
        dates.is_complete,
        coalesce(created.tickets_created, 0) as tickets_created,
        coalesce(changed.tickets_solved, 0) as tickets_solved,
        coalesce(changed.tickets_reopened, 0) as tickets_reopened,
        coalesce(changed.tickets_removed, 0) as tickets_removed,
        coalesce(in_window.tickets_created, 0) as tickets_created_28d,
        coalesce(in_window.solved_tickets, 0) as solved_tickets_28d,
        coalesce(in_window.reopened_tickets, 0) as reopened_tickets_28d,
        coalesce(in_window.removed_tickets, 0) as removed_tickets_28d
    from dates
    left join created on dates.date_day = created.date_day
    left join changed on dates.date_day = changed.date_day
    left join in_window on dates.date_day = in_window.date_day
    left join usage on dates.date_day = usage.date_day
)

select
    dense.date_day,
    dense.tickets_created,
    dense.tickets_solved,
    dense.tickets_reopened,
    dense.tickets_removed,
    cast(sum(
        dense.tickets_created - dense.tickets_solved + dense.tickets_reopened - dense.tickets_removed
    ) over (order by dense.date_day rows unbounded preceding) as bigint) as backlog,
    dense.tickets_created_28d,
    dense.mau,
    {{ contact_rate('dense.tickets_created_28d', 'dense.mau') }} as contact_rate,
    wait_times.median_first_reply_minutes,
    wait_times.p90_first_reply_minutes,
    wait_times.median_first_reply_business_minutes,
    wait_times.p90_first_reply_business_minutes,
    wait_times.median_resolution_minutes,
    wait_times.p90_resolution_minutes,
    wait_times.median_resolution_business_minutes,
    wait_times.p90_resolution_business_minutes,
    dense.reopened_tickets_28d,
    dense.solved_tickets_28d,
    {{ support_reopen_rate('dense.reopened_tickets_28d', 'dense.solved_tickets_28d') }} as reopen_rate,
    dense.removed_tickets_28d,
    dense.has_full_window,
    dense.is_complete
from dense
left join wait_times on dense.date_day = wait_times.date_day
