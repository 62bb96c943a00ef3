-- Over which dates people and accounts are eligible for a feature, and have adopted it. A subject is a person or an
-- account; the plan is the one in which it happened, or '*' for whichever. Features that are offered to the same plans
-- since the same date are one offer.
create table dim_features as
select
    feature_key,
    feature_name,
    is_core,
    nullif(plans, '') as plans,
    launched_on::date as launched_on,
    min_uses::integer as min_uses
from read_csv(getvariable('seeds') || '/features.csv');

create temp table features as
select *, concat(plans, '@', launched_on) as offer from dim_features;

create temp table offers as
select offer, plans, launched_on, count(*) filter (is_core) as core_features
from features
group by all;

-- pieces that overlap or touch, made one
create macro merged(pieces) as table
with reached as (
    select
        *,
        max(to_date) over (of_subject rows between unbounded preceding and 1 preceding) as reached_date,
        max(to_date) over (of_subject rows between unbounded preceding and unbounded following) as last_date
    from query_table(pieces)
    window of_subject as (partition by subject, plan, key order by from_date)
)

select
    subject,
    plan,
    key,
    from_date,
    coalesce(lead(reached_date) over (partition by subject, plan, key order by from_date), last_date) as to_date
from reached
where from_date <= reached_date is not true;

create temp table entitled_pieces as
select
    account_id as subject,
    '*' as plan,
    offer as key,
    started_date as from_date,
    coalesce(ended_date, '9999-12-31') as to_date
from subscriptions
inner join offers on list_contains(string_split(offers.plans, '|'), subscriptions.plan)
where started_date < ended_date is not false;

create temp table entitlements as
select subject as account_id, key as offer, from_date as entitled_from, to_date as entitled_to
from merged('entitled_pieces');

-- between two changes of the account and two launches nothing changes of what a person is offered
create temp table stretches as
with days as (
    select distinct
        person,
        account_id,
        plan,
        span_from_date,
        (select count(distinct launched_on) from features where launched_on <= date_day) as launches,
        activity_date
    from person_days
    inner join dates on activity_date = date_day
),

starts as (
    select
        *,
        lag(activity_date) over of_person + 28 as reached_date,
        max(activity_date) over (of_person rows between unbounded preceding and unbounded following) + 28 as last_date
    from days
    window of_person as (partition by person, account_id, plan, span_from_date, launches order by activity_date)
    qualify activity_date <= reached_date is not true
)

select
    person,
    account_id,
    plan,
    activity_date as from_date,
    coalesce(
        lead(reached_date) over (
            partition by person, account_id, plan, span_from_date, launches order by activity_date
        ), last_date
    ) as to_date
from starts;

create temp table eligible_pieces as
select person, account_id, plan, offer, from_date, to_date
from stretches
inner join offers on launched_on <= from_date is not false
left join entitlements using (account_id, offer)
where plans is null or (from_date >= entitled_from and from_date < entitled_to);

create temp table person_eligible_pieces as
select person as subject, unnest([plan, '*']) as plan, offer as key, from_date, to_date from eligible_pieces;

create temp table account_eligible_pieces as
select account_id as subject, unnest([plan, '*']) as plan, offer as key, from_date, to_date from eligible_pieces
where account_id is not null;

create temp table person_eligible as from merged('person_eligible_pieces');
create temp table account_eligible as from merged('account_eligible_pieces');

-- uses by date, and whether the account was entitled to them
create temp table feature_days as
with used as (
    select person, account_id, feature_key, activity_date, sum(uses)::bigint as uses
    from activity
    where feature_key is not null
    group by all
)

select
    person,
    used.account_id,
    feature_key,
    activity_date,
    uses,
    min_uses,
    coalesce(account_spans.plan, 'none') as plan,
    activity_date >= launched_on is not false and (plans is null or activity_date < entitled_to is true) as is_entitled
from used
inner join features using (feature_key)
asof left join entitlements
    on
        used.account_id = entitlements.account_id
        and features.offer = entitlements.offer
        and used.activity_date >= entitled_from
asof left join account_spans
    on used.account_id = account_spans.account_id and used.activity_date >= account_spans.from_date;

-- from a date of use on, adoption holds until the window has passed the min_uses-th last use; where one is enough,
-- each date decides for itself
create macro use_pieces(subject_days) as table
with looked_back as (
    select
        * exclude (uses, min_uses),
        lag(activity_date, min_uses - 1) over (
            partition by subject, plan, key order by activity_date
        ) + 28 as to_date
    from (
        select *, unnest(range(least(uses, min_uses))) as use
        from query_table(subject_days)
        where min_uses > 1
    )
)

select subject, plan, key, activity_date as from_date, activity_date + 28 as to_date
from query_table(subject_days)
where min_uses = 1
union all
select subject, plan, key, activity_date, to_date
from looked_back
where activity_date < to_date;

create macro plan_days(plan_uses) as table
from query_table(plan_uses)
union all by name
select subject, '*' as plan, key, min_uses, activity_date, sum(uses)::bigint as uses
from query_table(plan_uses)
group by all;

create temp table person_plan_uses as
select person as subject, plan, feature_key as key, min_uses, activity_date, sum(uses)::bigint as uses
from feature_days
where is_entitled
group by all;

create temp table account_plan_uses as
select account_id as subject, plan, feature_key as key, min_uses, activity_date, sum(uses)::bigint as uses
from feature_days
where is_entitled and account_id is not null
group by all;

create temp table person_uses as from plan_days('person_plan_uses');
create temp table account_uses as from plan_days('account_plan_uses');

create temp table person_use_pieces as from use_pieces('person_uses');
create temp table account_use_pieces as from use_pieces('account_uses');

-- a later use never ends earlier, so its neighbours tell whether a piece begins or ends a span
create macro merged_uses(pieces) as table
with edges as (
    select
        *,
        from_date <= lag(to_date) over of_subject is not true as is_first,
        lead(from_date) over of_subject <= to_date is not true as is_last
    from query_table(pieces)
    window of_subject as (partition by subject, plan, key order by from_date, to_date)
    qualify is_first or is_last
)

select
    subject,
    plan,
    key,
    from_date,
    if(is_last, to_date, lead(to_date) over (partition by subject, plan, key order by from_date, to_date)) as to_date
from edges
qualify is_first;

create temp table person_adopted as from merged_uses('person_use_pieces');
create temp table account_adopted as from merged_uses('account_use_pieces');
