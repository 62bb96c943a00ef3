with

cells as (
    select
        dates.date_day,
        features.feature_key,
        dates.is_complete
    from {{ ref('int_support_dates') }} as dates
    cross join {{ ref('dim_features') }} as features
),

tickets as (
    select
        date_day,
        feature_key,
        count(*) as tickets_created
    from {{ ref('int_ticket_window_dates') }}
    where feature_key is not null
    group by date_day, feature_key
),

adoption as (
    select
        date_day,
        feature_key,
        adopted_people
    from {{ ref('adoption_feature_daily') }}
),

counted as (
    select
        cells.date_day,
        cells.feature_key,
        adoption.adopted_people,
        cells.is_complete,
        coalesce(tickets.tickets_created, 0) as tickets_created_28d
    from cells
    left join tickets
        on
            cells.date_day = tickets.date_day
            and cells.feature_key = tickets.feature_key
    left join adoption
        on
            cells.date_day = adoption.date_day
            and cells.feature_key = adoption.feature_key
)

select
    date_day,
    feature_key,
    tickets_created_28d,
    adopted_people,
    {{ contact_rate('tickets_created_28d', 'adopted_people') }} as contact_rate,
    is_complete
from counted
