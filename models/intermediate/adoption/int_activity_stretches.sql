with

launches as (
    select distinct launched_on
    from {{ ref('int_features') }}
    where launched_on is not null
),

launches_so_far as (
    select
        dates.date_day,
        count(launches.launched_on) as launches
    from {{ ref('int_usage_dates') }} as dates
    left join launches on dates.date_day >= launches.launched_on
    group by dates.date_day
),

days as (
    select distinct
        person_days.person_id,
        person_days.account_id,
        person_days.plan,
        person_days.account_span_from_date,
        launches_so_far.launches,
        person_days.activity_date as from_date,
        {{ add_days('person_days.activity_date', var('window_days')) }} as to_date
    from {{ ref('int_person_days') }} as person_days
    inner join launches_so_far on person_days.activity_date = launches_so_far.date_day
),

-- within one span of its account and between two launches nothing changes of what a person is offered
merged as (
    {{ merged_spans('days', ['person_id', 'account_id', 'plan', 'account_span_from_date', 'launches']) }}
)

select * from merged
