-- The usage marts.
-- distinct entities of trailing windows: each counts from an active date until its next one or until the window
-- has passed it by
create macro rolling(days) as table
with covered as (
    select
        segment,
        activity_date,
        least(coalesce(lead(activity_date) over of_entity - activity_date, 28), 28)::integer as days_covered
    from query_table(days)
    window of_entity as (partition by segment, entity order by activity_date)
),

arrivals as (
    select segment, activity_date, days_covered, count(*) as entities
    from covered
    group by all
),

changes as (
    select segment, activity_date as date_day, entities as arriving, entities as short_change, entities as long_change
    from arrivals
    union all
    select segment, activity_date + least(days_covered, 7), 0, -entities, 0
    from arrivals
    union all
    select segment, activity_date + days_covered, 0, 0, -entities
    from arrivals
),

net_changes as (
    select
        segment,
        date_day,
        sum(arriving) as arriving,
        sum(short_change) as short_change,
        sum(long_change) as long_change
    from changes
    group by all
)

select
    segment,
    date_day,
    coalesce(arriving, 0)::bigint as active_day,
    (sum(coalesce(short_change, 0)) over so_far)::bigint as active_7d,
    (sum(coalesce(long_change, 0)) over so_far)::bigint as active_28d,
    (sum(coalesce(arriving, 0)) over (
        partition by segment order by date_day rows 27 preceding
    ))::bigint as entity_days_28d
from dates
cross join segments
left join net_changes using (segment, date_day)
window so_far as (partition by segment order by date_day rows unbounded preceding);

-- people in total and by segment, the accounts of these people likewise
create temp table segment_person_days as
select distinct segment, person as entity, account_id, activity_date
from (
    select person, account_id, activity_date, unnest([
        {'segment_type': '*', 'segment_value': '*'},
        {'segment_type': 'plan', 'segment_value': plan},
        {'segment_type': 'size_segment', 'segment_value': size_segment},
        {'segment_type': 'industry', 'segment_value': industry},
        {'segment_type': 'region', 'segment_value': region},
        {'segment_type': 'platform', 'segment_value': platform}
    ], recursive := true)
    from person_days
)
inner join segments using (segment_type, segment_value);

create temp table segment_days as
select distinct segment, entity, activity_date from segment_person_days;

create temp table segment_account_days as
select distinct segment, account_id as entity, activity_date from segment_person_days
where account_id is not null;

create temp table usage_by_segment as
select
    date_day,
    segment_type,
    segment_value,
    people.active_day as dau,
    people.active_7d as wau,
    people.active_28d as mau,
    people.entity_days_28d as person_days_28d,
    people.active_day / nullif(people.active_28d, 0) as dau_mau_ratio,
    people.entity_days_28d / 28 / nullif(people.active_28d, 0) as stickiness,
    accounts.active_day as daily_active_accounts,
    accounts.active_7d as weekly_active_accounts,
    accounts.active_28d as monthly_active_accounts,
    has_full_window,
    is_complete
from rolling('segment_days') as people
inner join rolling('segment_account_days') as accounts using (segment, date_day)
inner join segments using (segment)
inner join dates using (date_day);

create table usage_daily as
select * exclude (segment_type, segment_value) from usage_by_segment where segment_type = '*';

create table usage_daily_by_segment as
from usage_by_segment where segment_type <> '*';

create table usage_monthly as
select
    period_start as month_start,
    count(distinct person) as active_people_month,
    count(distinct account_id) as active_accounts_month,
    is_complete
from periods
left join person_days on period_start = date_trunc('month', activity_date)
where period_type = 'month'
group by all;

-- a person has n active days in the window from one change of n to the next
create table usage_l28 as
with changes as (
    select person, date_day, sum(difference) as difference
    from (
        select person, activity_date as date_day, 1 as difference from unique_person_days
        union all
        select person, activity_date + 28, -1 from unique_person_days
    )
    group by all
    having sum(difference) <> 0
),

states as (
    select
        date_day,
        difference,
        sum(difference) over (partition by person order by date_day) as active_days
    from changes
),

shifts as (
    select date_day, active_days, sum(people) as people
    from (
        select date_day, active_days, 1 as people from states
        union all
        select date_day, active_days - difference, -1 from states
    )
    group by all
)

select
    date_day,
    active_days::integer as active_days,
    (sum(coalesce(people, 0)) over (partition by active_days order by date_day))::bigint as people,
    has_full_window,
    is_complete
from dates
cross join range(1, 29) as numbers(active_days)
left join shifts using (date_day, active_days);
