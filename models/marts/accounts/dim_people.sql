with

known as (
    select * from {{ ref('int_people') }}
),

seen as (
    select
        person_id,
        min(exclusion_rule) as exclusion_rule,
        count(*) as actors
    from {{ ref('int_actors') }}
    group by person_id
),

activity as (
    select
        person_id,
        min(activity_date) as first_active_date,
        max(activity_date) as last_active_date
    from {{ ref('int_person_days') }}
    group by person_id
),

people as (
    select person_id
    from known
    union
    select person_id
    from seen
)

-- e-mail addresses stay upstream: nothing personal beyond the identifier comes here
select
    {{ person_id_in_marts('people.person_id') }} as person_id,
    known.account_id,
    known.role,
    known.created_at,
    activity.first_active_date,
    activity.last_active_date,
    coalesce(seen.actors, 0) as actors,
    coalesce(known.exclusion_rule, seen.exclusion_rule) as exclusion_rule,
    known.person_id is not null as is_known
from people
left join known on people.person_id = known.person_id
left join seen on people.person_id = seen.person_id
left join activity on people.person_id = activity.person_id
