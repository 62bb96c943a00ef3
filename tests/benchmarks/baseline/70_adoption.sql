-- Adoption by date.
create temp table adoption_changes as
with edges as (
    select plan, feature_key, from_date, to_date, 1 as people, 0 as adopters, 0 as accounts, 0 as adopting_accounts
    from person_eligible
    inner join features on key = offer
    union all
    select plan, key, from_date, to_date, 0, 1, 0, 0
    from person_adopted
    union all
    select plan, feature_key, from_date, to_date, 0, 0, 1, 0
    from account_eligible
    inner join features on key = offer
    union all
    select plan, key, from_date, to_date, 0, 0, 0, 1
    from account_adopted
),

directed as (
    select *, from_date as date_day, 1 as direction from edges
    union all
    select *, to_date, -1 from edges
)

select
    plan,
    feature_key,
    date_day,
    sum(direction * people) as eligible_people,
    sum(direction * adopters) as adopted_people,
    sum(direction * accounts) as eligible_accounts,
    sum(direction * adopting_accounts) as adopted_accounts
from directed
group by all;

create temp table adoption as
with totals as (
    select
        date_day,
        plan,
        feature_key,
        (sum(coalesce(changes.eligible_people, 0)) over so_far)::bigint as eligible_people,
        (sum(coalesce(changes.adopted_people, 0)) over so_far)::bigint as adopted_people,
        (sum(coalesce(changes.eligible_accounts, 0)) over so_far)::bigint as eligible_accounts,
        (sum(coalesce(changes.adopted_accounts, 0)) over so_far)::bigint as adopted_accounts
    from dates
    cross join (select distinct plan from person_days union all select '*')
    cross join features
    left join adoption_changes as changes using (date_day, plan, feature_key)
    window so_far as (partition by plan, feature_key order by date_day)
)

select
    totals.*,
    adopted_people / nullif(eligible_people, 0) as adoption_rate,
    adopted_accounts / nullif(eligible_accounts, 0) as account_adoption_rate,
    has_full_window,
    is_complete
from totals
inner join dates using (date_day);

create table adoption_feature_daily_by_plan as
from adoption where plan <> '*';

-- uses and active days in the window of those who have adopted a feature
create temp table depth_changes as
with adopted as (
    select subject as person, key as feature_key, from_date, to_date from person_adopted where plan = '*'
),

overlapping as (
    select
        feature_key,
        greatest(from_date, activity_date) as from_date,
        least(to_date, activity_date + 28) as to_date,
        count(*) as active_days,
        0 as uses,
        0 as other_uses
    from adopted
    inner join unique_person_days using (person)
    where from_date < activity_date + 28 and activity_date < to_date
    group by all
    union all
    select feature_key, greatest(from_date, activity_date), least(to_date, activity_date + 28), 0, sum(uses), 0
    from adopted
    inner join feature_days using (person, feature_key)
    where is_entitled and from_date < activity_date + 28 and activity_date < to_date
    group by all
    union all
    select feature_key, activity_date, activity_date + 28, 0, 0, sum(uses)
    from feature_days
    where not is_entitled
    group by all
)

select
    feature_key,
    date_day,
    sum(direction * active_days) as active_days,
    sum(direction * uses) as uses,
    sum(direction * other_uses) as other_uses
from (
    select *, from_date as date_day, 1 as direction from overlapping
    union all
    select *, to_date, -1 from overlapping
)
group by all;

create table adoption_feature_daily as
with totals as (
    select
        adoption.* exclude (plan),
        (sum(coalesce(changes.uses, 0)) over so_far)::bigint as uses,
        (sum(coalesce(changes.active_days, 0)) over so_far)::bigint as adopter_active_days,
        (sum(coalesce(changes.other_uses, 0)) over so_far)::bigint as uses_without_entitlement
    from adoption
    left join depth_changes as changes using (date_day, feature_key)
    where plan = '*'
    window so_far as (partition by feature_key order by date_day)
)

select *, uses / nullif(adopter_active_days, 0) as depth from totals;

-- people by core features used and eligible: a person leaves one pair and enters another
create temp table core_adoption as
with edges as (
    select subject as person, from_date, to_date, 1 as used, 0 as eligible
    from person_adopted
    inner join features on key = feature_key
    where plan = '*' and is_core
    union all
    select subject, from_date, to_date, 0, core_features
    from person_eligible
    inner join offers on key = offer
    where plan = '*' and core_features > 0
),

changes as (
    select person, date_day, sum(used)::integer as used_change, sum(eligible)::integer as eligible_change
    from (
        select person, from_date as date_day, used, eligible from edges
        union all
        select person, to_date, -used, -eligible from edges
    )
    group by all
),

states as (
    select
        *,
        (sum(used_change) over of_person)::integer as used,
        (sum(eligible_change) over of_person)::integer as eligible
    from changes
    window of_person as (partition by person order by date_day)
),

shifts as (
    select date_day, used, eligible, sum(people) as people
    from (
        select date_day, used, eligible, 1 as people from states
        union all
        select date_day, used - used_change, eligible - eligible_change, -1 from states
    )
    where eligible > 0
    group by all
),

filled as (
    select
        date_day,
        used,
        eligible,
        sum(coalesce(people, 0)) over (partition by used, eligible order by date_day) as people
    from dates
    cross join (select distinct used, eligible from shifts)
    left join shifts using (date_day, used, eligible)
)

select
    date_day,
    sum(people)::bigint as people_with_core_features,
    sum(people * used)::bigint as core_features_used,
    sum(people * used / eligible) as adopted_shares
from filled
group by all;

-- the smallest set of launched features that makes up four fifths of the uses
create temp table concentration as
with daily as (
    select feature_key, activity_date as date_day, sum(uses) as uses
    from feature_days
    where is_entitled
    group by all
),

launched as (
    select
        date_day,
        feature_key,
        sum(coalesce(uses, 0)) over (partition by feature_key order by date_day rows 27 preceding) as uses
    from dates
    cross join features
    left join daily using (date_day, feature_key)
    where launched_on <= date_day is not false
),

ranked as (
    select
        date_day,
        sum(uses) over (partition by date_day) as all_uses,
        sum(uses) over (partition by date_day order by uses desc, feature_key rows unbounded preceding) - uses as before
    from launched
)

select
    date_day,
    count(*) as launched_features,
    count(*) filter (before < 0.8 * all_uses) as concentrated_features
from ranked
group by all;

create table adoption_daily as
with growth as (
    select
        next_period_start,
        100 * (new_people + resurrected_people) / nullif(new_people + resurrected_people + dormant_people, 0) as growth
    from periods
    inner join lifecycle using (period_type, position)
    where period_type = 'month' and is_complete
)

select
    date_day,
    mau,
    coalesce(core_features_used, 0) as core_features_used,
    core_features_used / nullif(mau, 0) as breadth,
    coalesce(people_with_core_features, 0) as people_with_core_features,
    adopted_shares / nullif(people_with_core_features, 0) as overall_adoption,
    coalesce(launched_features, 0) as launched_features,
    coalesce(concentrated_features, 0) as concentrated_features,
    nullif(concentrated_features, 0) / launched_features as concentration,
    stickiness,
    growth,
    (100 * overall_adoption + 100 * stickiness + growth) / 3 as product_engagement_score,
    has_full_window,
    is_complete
from usage_daily
left join core_adoption using (date_day)
left join concentration using (date_day)
left join growth
    on next_period_start = date_trunc('month', least(date_day, getvariable('as_of_date')) + 1);
