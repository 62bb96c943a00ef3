-- Everyone who is counted is in dim_people, active from the first date counted to the last, and not one of the staff.
with

active as (
    select
        person_id,
        min(activity_date) as first_active_date,
        max(activity_date) as last_active_date
    from {{ ref('int_person_days') }}
    group by person_id
)

select
    active.person_id as active_person_id,
    people.person_id,
    people.first_active_date,
    people.last_active_date,
    people.actors,
    known.exclusion_rule
from active
full outer join {{ ref('dim_people') }} as people on {{ person_id_in_marts('active.person_id') }} = people.person_id
left join {{ ref('int_people') }} as known on active.person_id = known.person_id
where
    people.person_id is null
    or active.first_active_date is distinct from people.first_active_date
    or active.last_active_date is distinct from people.last_active_date
    or (active.person_id is not null and (people.actors = 0 or known.exclusion_rule is not null))
