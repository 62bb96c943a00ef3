with

person_periods as (
    select * from {{ ref('int_person_periods') }}
    where period_type in ('week', 'month')
),

sequences as (
    select
        period_type,
        period_start,
        lag(period_start) over person_sequence as previous_active_start,
        {{ add_periods('period_type', 'period_start', 1) }} as following_start,
        lead(period_start) over person_sequence as next_active_start
    from person_periods
    window person_sequence as (partition by period_type, person_id order by period_start)
),

states as (
    select
        period_type,
        period_start,
        case
            when previous_active_start is null then 'new'
            when {{ add_periods('period_type', 'previous_active_start', 1) }} = period_start then 'retained'
            else 'resurrected'
        end as lifecycle_state
    from sequences
    union all
    select
        period_type,
        following_start as period_start,
        'dormant' as lifecycle_state
    from sequences
    where next_active_start is null or next_active_start > following_start
)

select
    period_type,
    period_start,
    count(case when lifecycle_state <> 'dormant' then 1 end) as active_people,
    count(case when lifecycle_state = 'new' then 1 end) as new_people,
    count(case when lifecycle_state = 'retained' then 1 end) as retained_people,
    count(case when lifecycle_state = 'resurrected' then 1 end) as resurrected_people,
    count(case when lifecycle_state = 'dormant' then 1 end) as dormant_people
from states
group by period_type, period_start
