-- Who the actors are, who is left out, and what accounts were on any date.
create temp table rules as from read_csv(getvariable('seeds') || '/exclusion_rules.csv', all_varchar = true);

create temp table people as
with known as (
    select person_id, account_id, lower(split_part(email, '@', 2)) as domain
    from landed('usage_people')
    where
        parse_error is null
        and person_id is not null
        and created_at is not null
        and updated_at is not null
        and not is_late(updated_at, received_at)
    qualify row_number() over (partition by person_id order by updated_at desc, load_id, file_row_number) = 1
)

select
    person_id,
    account_id,
    domain in (select lower(rule_value) from rules where rule_type = 'email_domain') is true
    or account_id in (select rule_value from rules where rule_type = 'account_id') is true as is_excluded
from known;

-- the earliest link counts; links chain, and those on a cycle do not count
create temp table links as
with recursive first_links as (
    select actor_id, arg_min(person_id, (linked_at, person_id)) as person_id
    from landed('usage_identities')
    where
        parse_error is null
        and actor_id is not null
        and person_id is not null
        and linked_at is not null
        and not is_late(linked_at, received_at)
    group by actor_id
    having arg_min(person_id, (linked_at, person_id)) <> actor_id
),

reachable as (
    select l.actor_id, l.person_id
    from first_links as l
    inner join first_links as onward on l.person_id = onward.actor_id
    union
    select r.actor_id, l.person_id
    from reachable as r
    inner join first_links as l on r.person_id = l.actor_id
)

select first_links.*
from first_links
where actor_id not in (select actor_id from reachable where actor_id = person_id);

create temp table actor_people as
with recursive followed as (
    from links
    union all
    select f.actor_id, l.person_id
    from followed as f
    inner join links as l on f.person_id = l.actor_id
)

from followed
where person_id not in (select actor_id from links);

-- people get numbers: shorter to sort than their ids
create temp table actors as
with busiest as (
    select actor_id, max(uses) as uses
    from (select actor_id, activity_date, sum(uses) as uses from actor_days group by all)
    group by all
)

select
    actor_id,
    people.account_id,
    dense_rank() over (order by coalesce(actor_people.person_id, actor_id))::integer as person
from busiest
left join actor_people using (actor_id)
left join people on coalesce(actor_people.person_id, actor_id) = people.person_id
where
    people.is_excluded is not true
    and uses <= (select coalesce(min(rule_value::bigint), 1e18) from rules where rule_type = 'events_per_day')
    and not exists (from rules where rule_type = 'actor_pattern' and actor_id like rule_value);

create temp table subscriptions as
select
    * exclude (mrr),
    started_at::date as started_date,
    ended_at::date as ended_date,
    mrr * rate_to_reporting as mrr
from landed('crm_subscriptions')
left join read_csv(getvariable('seeds') || '/currency_rates.csv') using (currency)
where
    parse_error is null
    and subscription_id is not null
    and account_id is not null
    and plan is not null
    and mrr is not null
    and currency is not null
    and is_trial is not null
    and started_at is not null
    and updated_at is not null
    and not is_late(updated_at, received_at)
    and coalesce(ended_at >= started_at, true)
    and mrr >= 0
qualify row_number() over (partition by subscription_id order by updated_at desc, load_id, file_row_number) = 1;

-- the first version holds from the beginning
create temp table account_versions as
select
    account_id,
    if(updated_at::date = min(updated_at::date) over (partition by account_id), '1900-01-01', updated_at::date)::date
        as version_date,
    size_segment,
    industry,
    region
from (
    from landed('crm_accounts')
    where
        parse_error is null
        and account_id is not null
        and created_at is not null
        and updated_at is not null
        and not is_late(updated_at, received_at)
    qualify row_number() over (partition by account_id, updated_at order by load_id, file_row_number) = 1
)
qualify row_number() over (partition by account_id, updated_at::date order by updated_at desc) = 1;

create temp table account_spans as
with boundaries as (
    select account_id, version_date as from_date from account_versions
    union
    select account_id, '1900-01-01'::date from subscriptions
    union
    select account_id, unnest([started_date, ended_date]) from subscriptions
),

spans as (
    select account_id, from_date, lead(from_date) over (partition by account_id order by from_date) as to_date
    from boundaries
    where from_date is not null
)

select
    spans.*,
    coalesce(subscriptions.plan, 'none') as plan,
    coalesce(versions.size_segment, 'unknown') as size_segment,
    coalesce(versions.industry, 'unknown') as industry,
    coalesce(versions.region, 'unknown') as region
from spans
asof left join account_versions as versions
    on spans.account_id = versions.account_id and spans.from_date >= versions.version_date
left join subscriptions
    on
        spans.account_id = subscriptions.account_id
        and spans.from_date >= started_date
        and spans.from_date < coalesce(ended_date, 'infinity'::date)
qualify row_number() over (
    partition by spans.account_id, spans.from_date
    order by is_trial, mrr desc, started_at desc, subscription_id
) = 1;
