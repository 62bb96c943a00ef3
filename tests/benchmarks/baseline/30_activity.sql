-- What people did on which date, in which segments, and which dates and periods there are.
create temp table activity as
select
    person,
    coalesce(actor_days.account_id, actors.account_id) as account_id,
    feature_key,
    coalesce(nullif(platform, ''), 'unknown') as platform,
    activity_date,
    sum(uses)::bigint as uses,
    min(first_occurred_at) as first_occurred_at
from actor_days
inner join actors using (actor_id)
where
    is_qualifying
    and coalesce(actor_days.account_id, actors.account_id) in (
        select rule_value from rules where rule_type = 'account_id'
    ) is not true
group by all;

create temp table person_days as
select
    days.*,
    coalesce(plan, 'none') as plan,
    coalesce(size_segment, 'unknown') as size_segment,
    coalesce(industry, 'unknown') as industry,
    coalesce(region, 'unknown') as region,
    from_date as span_from_date
from (select distinct person, account_id, platform, activity_date from activity) as days
asof left join account_spans as spans
    on days.account_id = spans.account_id and days.activity_date >= spans.from_date;

create temp table unique_person_days as
select distinct person, activity_date from person_days;

set variable as_of_date = (
    select max(complete_until)::date - 1
    from read_parquet(getvariable('landing') || '/loads/*/_load.parquet')
    where entity = 'usage_events' and undone_at is null
);

create macro is_complete(date_day) as coalesce(date_day <= getvariable('as_of_date'), false);

create temp table dates as
select
    day::date as date_day,
    date_day >= first_date + 27 as has_full_window,
    is_complete(date_day) as is_complete
from (
    select
        min(activity_date) as first_date,
        greatest(max(activity_date), getvariable('as_of_date')) as last_date
    from activity
), unnest(generate_series(first_date, last_date, interval 1 day)) as days(day);

create temp table periods as
with starts as (
    select distinct
        period_type,
        date_trunc(period_type, date_day)::date as period_start,
        (period_start + ('1 ' || period_type)::interval)::date as next_period_start
    from dates, unnest(['day', 'week', 'month']) as types(period_type)
)

select
    *,
    row_number() over (partition by period_type order by period_start) as position,
    is_complete(next_period_start - 1) as is_complete
from starts;

create temp table segments as
select row_number() over () as segment, *
from (
    select '*' as segment_type, '*' as segment_value
    union all
    select distinct segment_type, segment_value
    from (
        unpivot (select distinct plan, size_segment, industry, region, platform from person_days)
        on plan, size_segment, industry, region, platform
        into name segment_type value segment_value
    )
);
