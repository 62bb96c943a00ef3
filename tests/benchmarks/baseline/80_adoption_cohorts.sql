-- How adoption begins and lasts.
create temp table times_to_adopt as
with started as (
    select person, feature_key, min(from_date) as started_on
    from eligible_pieces
    inner join features using (offer)
    where from_date <= getvariable('as_of_date')
    group by all
),

first_uses as (
    select person, feature_key, min(activity_date) as first_use_date
    from feature_days
    where is_entitled
    group by all
)

select
    feature_key,
    least(first_use_date, getvariable('as_of_date')) - started_on as days,
    count(*) as people,
    count(*) filter (first_use_date <= getvariable('as_of_date')) as adopters
from started
left join first_uses using (person, feature_key)
group by all;

create table adoption_time_to_adopt_curve as
with at_risk as (
    select *, (sum(people) over (partition by feature_key order by days desc))::bigint as people_at_risk
    from times_to_adopt
)

select
    feature_key,
    days::integer as days,
    people_at_risk,
    adopters,
    product(1 - adopters / people_at_risk) over (partition by feature_key order by days) as share_not_adopted
from at_risk;

create table adoption_time_to_adopt as
select
    feature_key,
    coalesce(max(people_at_risk), 0) as people,
    coalesce(sum(adopters), 0)::bigint as adopters,
    (min(days) filter (share_not_adopted <= 0.5 + 1e-12))::integer as median_days
from features
left join adoption_time_to_adopt_curve using (feature_key)
group by all;

create table adoption_feature_retention as
with used_periods as (
    select distinct period_type, person, feature_key, date_trunc(period_type, activity_date)::date as period_start
    from feature_days, unnest(['week', 'month']) as types(period_type)
    where is_entitled
),

first_uses as (
    select *, lead(period_start) over of_person as next_use_start
    from used_periods
    window of_person as (partition by period_type, person, feature_key order by period_start)
    qualify row_number() over of_person = 1
)

select
    period_type,
    period_start,
    feature_key,
    count(*) as first_use_people,
    if(
        is_complete((next_period_start + ('1 ' || period_type)::interval)::date - 1),
        count(*) filter (next_use_start = next_period_start),
        null
    ) as retained_people,
    retained_people / first_use_people as retention_rate,
    is_complete((next_period_start + ('1 ' || period_type)::interval)::date - 1) as is_complete
from first_uses
inner join periods using (period_type, period_start)
group by period_type, period_start, next_period_start, feature_key;

create table adoption_first_features as
with first_days as (
    select person, min(activity_date) as cohort_date
    from unique_person_days
    group by all
),

reached as (
    select
        cohort_date,
        feature_key,
        row_number() over (partition by person order by min(first_occurred_at), feature_key) as reach_order,
        min(activity_date) - cohort_date as days
    from activity
    inner join first_days using (person)
    where feature_key is not null
    group by person, cohort_date, feature_key
),

counted as (
    select
        cohort_date,
        feature_key,
        count(*) filter (reach_order = 1) as first_feature_people,
        count(*) filter (days = 0) as first_day_people,
        count(*) filter (days < 7) as first_week_people
    from reached
    group by all
)

select
    cohort_date,
    feature_key,
    new_people,
    coalesce(first_feature_people, 0) as first_feature_people,
    coalesce(first_day_people, 0) as first_day_people,
    coalesce(first_week_people, 0) as first_week_people,
    is_complete(cohort_date + 6) as is_complete
from (select cohort_date, count(*) as new_people from first_days group by all)
cross join features
left join counted using (cohort_date, feature_key);
